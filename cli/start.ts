/** `offstage start`: all of it in one process, until Ctrl-C. */
import { pino } from 'pino';
import type { Settings } from '../config/settings.ts';
import { DEFAULT_WORKSPACE } from '../protocol/ids.ts';
import { readErrorReason } from './read-error.mjs';
import { runOffstage } from './run-offstage.ts';
import type { RunningOffstage } from './run-offstage.ts';

/** The exit code. */
export async function start(settings: Settings, print: (line: string) => void): Promise<0 | 1> {
  for (const warning of settings.warnings) print(`Warning: ${warning}`);
  const ending = awaitSignal();
  const logger = pino({ level: settings.logLevel }, pino.destination(2));
  let running: RunningOffstage;
  try {
    running = await runOffstage({ settings, logger, report: print });
  } catch (error) {
    print(`Offstage did not start. ${readErrorReason(error)}`);
    return 1;
  }
  printAddresses(running, print);
  const failure = await Promise.race([ending, running.failed]);
  print(failure === null ? 'Ending: what is under way is handed over…' : failure);
  await running.stop();
  print('Ended. The next start goes on with the same sessions.');
  return failure === null ? 0 : 1;
}

/** Resolves to null at the first SIGINT or SIGTERM; a second one ends the process at once. */
function awaitSignal(): Promise<null> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (): void => {
      if (asked) process.exit(130);
      asked = true;
      resolve(null);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

function printAddresses(running: RunningOffstage, print: (line: string) => void): void {
  const teams = running.teams.list(DEFAULT_WORKSPACE);
  const usable = teams.filter(({ team }) => team !== null).map(({ name }) => name);
  const [first = 'assistant'] = usable;
  const lines: [string, string | null][] = [
    ['API', running.apiUrl],
    ['API docs', `${running.apiUrl}/docs`],
    ['Temporal Web UI', running.temporalUi],
    ['Temporal', `${running.temporal.address} (namespace ${running.temporal.namespace})`],
    ['Temporal CLI', running.temporalCli],
    ['Store', running.store],
    ['Models', running.models],
    [
      'Teams',
      usable.join(', ') || running.teams.findProblem() || 'none: put a team file into the teams folder',
    ],
  ];
  print('');
  print('Offstage is running.');
  for (const [name, value] of lines) if (value !== null) print(`  ${name.padEnd(16)} ${value}`);
  for (const { name, errors } of teams) {
    if (errors.length > 0)
      print(`  The team ${name} has ${errors.length} errors: offstage teams check tells them`);
  }
  print('');
  print('Talk to it:  npx offstage chat');
  print('Or by HTTP:');
  const message =
    first === 'assistant'
      ? 'Research the history of tea and write a short report'
      : 'Hello, what can you do?';
  print(
    `  curl -s ${running.apiUrl}/v1/sessions -H 'Content-Type: application/json' -d '{"team":"${first}","message":"${message}"}'`,
  );
  print('Ctrl-C ends it.');
}
