/** A whole Offstage of the run's own: real servers, real processes, and models that are ours. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { findTemporalCli } from '../../cli/temporal-server/find-temporal-cli.mjs';
import { makeServerFlags } from '../../cli/temporal-server/server-flags.ts';
import { cleanEnvironment } from '../../scripts/clean-environment.mjs';
import { findFreePort } from '../support/free-port.ts';
import { startPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { startFaultProvider } from './fault-provider.ts';
import type { FaultProvider } from './fault-provider.ts';
import { createServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';
import { openStoreGate } from './store-gate.ts';
import type { StoreGate } from './store-gate.ts';
import { teamFiles } from './teams.ts';

/** What can be killed. `whole`: the one process of `offstage start`, with its Temporal server and its store. */
export const PARTS = ['api', 'main', 'background', 'temporal', 'store', 'redis', 'whole'] as const;
export type Part = (typeof PARTS)[number];

/** As separate processes beside servers, or all of it in one process. */
export type Form = 'apart' | 'together';

export interface Site {
  form: Form;
  url: string;
  provider: FaultProvider;
  /** A client of the Temporal server, for what an operator does by hand. */
  temporal: Client;
  /** Null where the store is inside the process. */
  gate: StoreGate | null;
  /** Those that there are. */
  parts: Part[];
  kill(part: Part): Promise<void>;
  /** Ends a process of Offstage by SIGTERM, as an operator does; servers are killed. */
  drain(part: Part): Promise<void>;
  /** Starts what does not run. */
  restart(): Promise<void>;
  /** What the processes printed, for the report of a violation. */
  logs(): string;
  close(): Promise<void>;
}

interface Killable {
  kill(): Promise<void>;
  start(): Promise<void>;
  isRunning(): boolean;
}

const program = fileURLToPath(new URL('../../bin/offstage.mjs', import.meta.url));
/** So small that every conversation and every task rolls over again and again. */
const ROLLOVER_TURNS = '2';

export async function openSite(form: Form): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'offstage-faults-'));
  const provider = await startFaultProvider();
  for (const [name, yaml] of Object.entries(teamFiles)) await writeFile(join(folder, `${name}.yaml`), yaml);
  const port = await findFreePort();
  const temporalPort = await findFreePort();
  const env = {
    ...cleanEnvironment(process.env),
    ...{ OFFSTAGE_TEAMS: folder, OFFSTAGE_DATA: join(folder, 'data'), OFFSTAGE_LOG: 'warn' },
    ...{ OFFSTAGE_PORT: String(port), OFFSTAGE_ROLLOVER_TURNS: ROLLOVER_TURNS },
    ...{ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${provider.url}/v1` },
    ...{ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: provider.url },
  };
  const cliPath = (await findTemporalCli({ env: process.env, report: () => undefined })).path;
  const surroundings = { folder, port, temporalPort, env, cliPath };
  const { servers, offstage, gate, closeServers } =
    form === 'apart' ? await openApart(surroundings) : openTogether(surroundings);
  const killable: Partial<Record<Part, Killable>> = { ...servers, ...offstage };
  const restart = async (): Promise<void> => {
    for (const group of [servers, offstage]) {
      const down = Object.values(group).filter((part) => !part.isRunning());
      await Promise.all(down.map((part) => part.start()));
    }
  };
  await restart();
  const connection = await Connection.connect({
    address: `127.0.0.1:${temporalPort}`,
    connectTimeout: '30 s',
  });
  const processes = Object.values(offstage);
  return {
    form,
    url: `http://127.0.0.1:${port}`,
    provider,
    temporal: new Client({ connection }),
    gate: gate === null ? null : await openStoreGate(gate),
    parts: Object.keys(killable) as Part[],
    async kill(part) {
      await killable[part]?.kill();
    },
    async drain(part) {
      await (offstage[part]?.drain() ?? killable[part]?.kill());
    },
    restart,
    logs: () => processes.map((part) => `--- ${part.name}\n${part.output().slice(-6000)}`).join('\n'),
    async close() {
      await connection.close();
      await Promise.all(processes.map((part) => part.kill()));
      await closeServers();
      await provider.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Surroundings {
  folder: string;
  port: number;
  temporalPort: number;
  env: NodeJS.ProcessEnv;
  cliPath: string;
}

interface Opened {
  servers: Partial<Record<Part, Killable>>;
  offstage: Partial<Record<Part, ServerProcess>>;
  /** URL of the database. */
  gate: string | null;
  closeServers: () => Promise<void>;
}

async function openApart({ folder, temporalPort, env, cliPath }: Surroundings): Promise<Opened> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const temporal = createServerProcess({
    ...{ name: 'temporal', command: cliPath, cwd: folder, env },
    args: makeServerFlags({
      ...{ host: '127.0.0.1', port: temporalPort, uiPort: await findFreePort() },
      ...{ databaseFile: join(folder, 'temporal.db'), namespaces: ['default'] },
    }),
    isReady: () => isTemporalUp(temporalPort),
  });
  const databaseUrl = await postgres.createDatabase();
  const shared = {
    ...env,
    ...{ TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`, DATABASE_URL: databaseUrl, REDIS_URL: redis.url },
  };
  const run = (name: string, ...args: string[]): ServerProcess =>
    createServerProcess({
      ...{ name, command: process.execPath, args: [program, ...args], cwd: folder, env: shared },
      isReady: (output) => output.includes('Ctrl-C ends it.'),
    });
  return {
    servers: { temporal, store: toKillable(postgres), redis: toKillable(redis) },
    offstage: {
      api: run('api', 'api'),
      main: run('main', 'worker', '--queue', 'main'),
      background: run('background', 'worker', '--queue', 'background'),
    },
    gate: databaseUrl,
    async closeServers() {
      await temporal.kill();
      await Promise.all([postgres.remove(), redis.close()]);
    },
  };
}

function openTogether({ folder, temporalPort, env, cliPath }: Surroundings): Opened {
  const settings = {
    ...env,
    ...{ OFFSTAGE_TEMPORAL_CLI: cliPath, OFFSTAGE_TEMPORAL_PORT: String(temporalPort) },
    OFFSTAGE_TEMPORAL_UI_PORT: '0',
  };
  const whole = createServerProcess({
    ...{ name: 'offstage start', command: process.execPath, args: [program, 'start'], cwd: folder },
    env: settings,
    isReady: (output) => output.includes('Ctrl-C ends it.'),
  });
  return { servers: {}, offstage: { whole }, gate: null, closeServers: () => Promise.resolve() };
}

/** The tests' servers are up when they come to us. */
function toKillable(server: { kill(): Promise<void>; restart(): Promise<void> }): Killable {
  let isUp = true;
  let starting: Promise<void> | null = null;
  const start = async (): Promise<void> => {
    await server.restart();
    isUp = true;
    starting = null;
  };
  return {
    isRunning: () => isUp,
    async kill() {
      if (!isUp) return;
      isUp = false;
      await server.kill();
    },
    start: () => (starting ??= start()),
  };
}

async function isTemporalUp(port: number): Promise<boolean> {
  const connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: '2 s' });
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    return true;
  } finally {
    await connection.close();
  }
}
