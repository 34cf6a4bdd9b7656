/** `offstage start`: all of it in one process, until Ctrl-C. */
import type { Settings } from '../config/settings.ts';
import { DEFAULT_WORKSPACE } from '../protocol/ids.ts';
import { runOffstage } from './run-offstage.ts';
import type { RunningOffstage } from './run-offstage.ts';
import { runUntilSignal } from './run-until-signal.ts';

/** The exit code. */
export async function start(settings: Settings, print: (line: string) => void): Promise<0 | 1> {
  return runUntilSignal(settings, print, {
    name: 'Offstage',
    run: runOffstage,
    tell: (running) => printAddresses(running, settings, print),
    failed: ({ failed }) => failed,
    farewell: 'Ended. The next start goes on with the same sessions.',
  });
}

function printAddresses(
  running: RunningOffstage,
  { keysFile }: Settings,
  print: (line: string) => void,
): void {
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
    ['Access keys', keysFile],
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
  const header = keysFile === null ? '' : ` -H "Authorization: Bearer $OFFSTAGE_API_KEY"`;
  print(`Talk to it:  npx offstage chat${keysFile === null ? '' : '  (with OFFSTAGE_API_KEY set)'}`);
  print('Or by HTTP:');
  const message =
    first === 'assistant'
      ? 'Research the history of tea and write a short report'
      : 'Hello, what can you do?';
  print(
    `  curl -s ${running.apiUrl}/v1/sessions${header} -H 'Content-Type: application/json' -d '{"team":"${first}","message":"${message}"}'`,
  );
  print('Ctrl-C ends it.');
}
