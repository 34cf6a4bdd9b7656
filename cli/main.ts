/** The offstage command. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { readModelAliases } from '../config/model-aliases.ts';
import { loadSettings } from '../config/settings.ts';
import type { Settings } from '../config/settings.ts';
import { SettingsError } from '../config/settings-error.ts';
import { QUEUE_CHOICES } from '../workers/start-workers.ts';
import type { QueueChoice } from '../workers/start-workers.ts';
import { runChat } from './chat.ts';
import { runDoctor } from './doctor.ts';
import { createKey, listKeys, revokeKey } from './keys.ts';
import type { NewKey } from './keys.ts';
import { isSetIn } from './model-access.ts';
import { packageRoot } from './package-root.mjs';
import { printSettings } from './print-settings.ts';
import { serveApiApart, serveWorkerApart } from './serve-apart.ts';
import { start } from './start.ts';
import { checkTeamFile } from './teams-check.ts';

const ENDED_WITHIN_MS = 5_000;
const print = (line: string): void => console.log(line);
/** What a script that takes the output does not want in it. */
const printAside = (line: string): void => console.error(line);
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
  // But for what cannot be ended, such as a worker that has failed.
  setTimeout(() => process.exit(), ENDED_WITHIN_MS).unref();
}

/** Where the API of these settings answers on this machine. */
function toOwnAddress({ host, port }: Settings): string {
  const name = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port === 0 ? 8080 : port}`;
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

const program = new Command('offstage')
  .description('Durable background agents for conversations')
  .version(readVersion());

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
    withSettings((settings) => {
      const { url, ...rest } = options;
      const signal = new AbortController().signal;
      const baseUrl = url ?? toOwnAddress(settings);
      const chosen = team === undefined ? {} : { team };
      const { apiKey } = settings;
      return runChat({
        baseUrl,
        apiKey,
        ...chosen,
        ...rest,
        input: process.stdin,
        output: process.stdout,
        signal,
      });
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

const keys = program
  .command('keys')
  .description('access keys of the API, in the file that OFFSTAGE_KEYS names');
keys
  .command('create')
  .description('make a key, show it once and keep its hash')
  .requiredOption('--principal <name>', 'whom it stands for: sessions belong to who opened them')
  .addOption(
    new Option('--role <role>', 'member: own sessions; admin: all sessions of the workspace')
      .choices(['member', 'admin'])
      .default('member'),
  )
  .option('--workspace <name>', 'where it is good; nothing is shared between workspaces', 'default')
  .action((wish: NewKey) =>
    withSettings(({ keysFile: file }) => createKey({ file, print, explain: printAside }, wish)),
  );
keys
  .command('list')
  .description('list the keys: id, role, workspace, principal')
  .action(() => withSettings(({ keysFile: file }) => listKeys({ file, print })));
keys
  .command('revoke')
  .argument('<id>', 'as "offstage keys list" shows it')
  .description('take a key away; a running API refuses it within a second')
  .action((id: string) => withSettings(({ keysFile: file }) => revokeKey({ file, print }, id)));

program
  .command('doctor')
  .description('tell what was found, what was not and why, and what to do')
  .action(async () => {
    process.exitCode = await runDoctor({ source: surroundings, nodeVersion: process.versions.node }, print);
  });

program
  .command('settings')
  .description('list every setting, its value and where it is from')
  .option('--secrets', 'show secrets too, such as the one that receivers of functions verify with', false)
  .action(({ secrets }: { secrets: boolean }) => {
    process.exitCode = printSettings({ source: surroundings, secrets }, print);
  });

await program.parseAsync();
