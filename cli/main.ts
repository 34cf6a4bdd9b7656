/** The offstage command. */
import { Command, Option } from 'commander';
import { readModelAliases } from '../config/model-aliases.ts';
import { loadSettings } from '../config/settings.ts';
import type { Settings } from '../config/settings.ts';
import { SettingsError } from '../config/settings-error.ts';
import { QUEUE_CHOICES } from '../workers/start-workers.ts';
import type { QueueChoice } from '../workers/start-workers.ts';
import { runChat } from './chat.ts';
import { runDoctor } from './doctor.ts';
import { isSetIn } from './model-access.ts';
import { printSettings } from './print-settings.ts';
import { serveApiApart, serveWorkerApart } from './serve-apart.ts';
import { start } from './start.ts';
import { checkTeamFile } from './teams-check.ts';

const print = (line: string): void => console.log(line);
const surroundings = { env: process.env, cwd: process.cwd() };

/** Null when they are wrong, which is told. */
function readSettings(): Settings | null {
  try {
    return loadSettings(surroundings);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    print(error.message);
    return null;
  }
}

async function withSettings(run: (settings: Settings) => Promise<number> | number): Promise<void> {
  const settings = readSettings();
  // The process ends by itself: exiting here could cut off what is still being printed.
  process.exitCode = settings === null ? 1 : await run(settings);
}

const program = new Command('offstage').description('Durable background agents for conversations');

program
  .command('start')
  .description('run everything in this process: API, workers, store and, if none is set, a Temporal server')
  .action(() => withSettings((settings) => start(settings, print)));

program
  .command('api')
  .description('run the API alone, beside workers that run apart (needs TEMPORAL_ADDRESS and DATABASE_URL)')
  .action(() => withSettings((settings) => serveApiApart(settings, print)));

program
  .command('worker')
  .description('run workers alone, as many processes as are wanted (needs TEMPORAL_ADDRESS and DATABASE_URL)')
  .addOption(
    new Option('--queue <queue>', 'what it works for: conversations, background agents, or both')
      .choices(QUEUE_CHOICES)
      .default('all'),
  )
  .action(({ queue }: { queue: QueueChoice }) =>
    withSettings((settings) => serveWorkerApart(settings, queue, print)),
  );

program
  .command('chat')
  .description('talk to an agent that runs under "offstage start"')
  .argument('[team]', 'the team of a new session')
  .option('--url <url>', 'where the API is')
  .option('--session <id>', 'go on with this session')
  .action((team: string | undefined, options: { url?: string; session?: string }) =>
    withSettings(({ host, port }) => {
      const { url, ...rest } = options;
      const signal = new AbortController().signal;
      const baseUrl = url ?? `http://${host}:${port === 0 ? 8080 : port}`;
      const chosen = team === undefined ? {} : { team };
      return runChat({ baseUrl, ...chosen, ...rest, input: process.stdin, output: process.stdout, signal });
    }),
  );

const teams = program.command('teams').description('team files');
teams
  .command('check')
  .argument('<file>', 'a team file')
  .description('tell what is wrong with a team file, and what was understood of it')
  .action((file: string) =>
    withSettings((settings) => {
      const { modelAliasesFile } = settings;
      const aliases = modelAliasesFile === null ? {} : readModelAliases(modelAliasesFile).aliases;
      const { text, ok } = checkTeamFile(file, { aliases, isSet: isSetIn(settings) });
      print(text);
      return ok ? 0 : 1;
    }),
  );

program
  .command('doctor')
  .description('tell what was found, what was not and why, and what to do')
  .action(async () => {
    process.exitCode = await runDoctor({ source: surroundings, nodeVersion: process.versions.node }, print);
  });

program
  .command('settings')
  .description('list every setting, its value and where it is from')
  .action(() => {
    process.exitCode = printSettings(surroundings, print);
  });

await program.parseAsync();
