/** Everything that `offstage start` runs, in the order in which it depends on one another, and its end. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createProvider } from '../activities/model/create-provider.ts';
import { connectGateway } from '../api/gateway/connection.ts';
import { createApi } from '../api/server.ts';
import { createSessionGateway } from '../api/gateway/session-gateway.ts';
import { MemoryBus } from '../bus/memory-bus.ts';
import { readModelAliases } from '../config/model-aliases.ts';
import type { ModelAliases } from '../config/model-aliases.ts';
import type { Settings } from '../config/settings.ts';
import { compileTeam } from '../config/teams/compile-team.ts';
import { openTeamFolder } from '../config/teams/team-folder.ts';
import type { TeamFolder } from '../config/teams/team-folder.ts';
import { startDemoModel } from '../demo/server.ts';
import { openStore } from '../storage/store.ts';
import type { Store } from '../storage/store.ts';
import { startWorkers } from '../workers/start-workers.ts';
import { lockDataFolder } from './data-folder-lock.ts';
import { describeModelAccess, isSetIn, needsDemoModel, toModelAccess } from './model-access.ts';
import { packageRoot } from './package-root.mjs';
import { choosePort } from './temporal-server/choose-port.ts';
import { startTemporal } from './temporal-server/start-temporal.ts';
import type { TemporalAccess } from './temporal-server/start-temporal.ts';

export interface RunningOffstage {
  apiUrl: string;
  /** Host and port of the Temporal server, and the namespace. */
  temporal: { address: string; namespace: string };
  temporalUi: string | null;
  temporalCli: string | null;
  models: string;
  isDemo: boolean;
  teams: TeamFolder;
  /** Resolves with the reason when a part that everything needs has ended by itself. */
  failed: Promise<string>;
  /** Ends it all: no new requests, the work handed over, then the servers and the store. */
  stop(): Promise<void>;
}

interface Surroundings {
  settings: Settings;
  logger: Logger;
  report: (line: string) => void;
}

/** What has to be ended, newest first. */
type Ends = (() => Promise<void> | void)[];

export async function runOffstage(surroundings: Surroundings): Promise<RunningOffstage> {
  const ends: Ends = [];
  const stop = async (): Promise<void> => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
  };
  try {
    return { ...(await startParts(surroundings, ends)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  { settings, logger, report }: Surroundings,
  ends: Ends,
): Promise<Omit<RunningOffstage, 'stop'>> {
  const lock = lockDataFolder(settings.dataFolder);
  ends.push(() => lock.release());
  // Before the parts that take seconds to start: a port that is taken is told at once.
  const port = await chooseApiPort(settings, report);
  const aliases = loadAliases(settings);
  const isSet = isSetIn(settings);
  const teams = openTeamFolder({ folder: settings.teamsFolder, aliases, isSet });
  const store = await openStore({ dataFolder: settings.dataFolder });
  ends.push(() => store.close());
  const isDemo = needsDemoModel(settings, teams);
  const demo = isDemo ? await startDemoModel() : null;
  if (demo !== null) ends.push(() => demo.stop());
  const temporal = await startTemporal({
    settings: settings.temporal,
    dataFolder: settings.dataFolder,
    env: process.env,
    report,
  });
  ends.push(() => temporal.stop());
  const bus = new MemoryBus((error) => logger.error({ err: error }, 'a listener of the bus failed'));
  const engine = await startEngine({ settings, temporal, store, bus, demo }, ends);
  const api = createApi({
    gateway: createSessionGateway({ client: engine.client, bus, temporalUi: temporal.uiUrl }),
    store,
    bus,
    teams,
    compileTeam: (source) => compileTeam({ ...source, aliases, isSet }),
    settings: { demo: isDemo, rollover: { turns: settings.rolloverTurns, events: settings.rolloverEvents } },
    clock: Date.now,
    newId: randomUUID,
    logger,
  });
  ends.push(() => api.close());
  const { url } = await api.listen({ host: settings.host, port });
  return {
    apiUrl: url,
    temporal: { address: temporal.connectionOptions.address, namespace: temporal.namespace },
    temporalUi: temporal.uiUrl,
    temporalCli: temporal.cli,
    models: describeModelAccess(settings, teams, isDemo),
    isDemo,
    teams,
    failed: Promise.race([
      temporal.ended.then((log) => `The Temporal server has ended: ${log}`),
      engine.failed.then((error) => `The workers have ended: ${String(error)}`),
    ]),
  };
}

function loadAliases({ modelAliasesFile }: Settings): ModelAliases {
  if (modelAliasesFile === null) return {};
  const { aliases, errors } = readModelAliases(modelAliasesFile);
  if (errors.length === 0) return aliases;
  const lines = errors.map(
    ({ line, column, message }) => `${modelAliasesFile}:${line}:${column}  ${message}`,
  );
  throw new Error(`The file of OFFSTAGE_MODEL_ALIASES has errors:\n${lines.join('\n')}`);
}

interface EngineParts {
  settings: Settings;
  temporal: TemporalAccess;
  store: Store;
  bus: MemoryBus;
  demo: { baseUrl: string } | null;
}

async function startEngine(
  { settings, temporal, store, bus, demo }: EngineParts,
  ends: Ends,
): Promise<{ client: Client; failed: Promise<unknown> }> {
  // What the core logs at a shutdown would look like trouble.
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: 'ERROR' } },
  });
  const { namespace, connectionOptions } = temporal;
  const { address, tls, apiKey, metadata } = connectionOptions;
  const place = { address, tls, apiKey, metadata };
  const connection = await connectGateway(place);
  ends.push(() => connection.close());
  const client = new Client({ connection, namespace });
  const native = await NativeConnection.connect(place);
  ends.push(() => native.close());
  const workers = await startWorkers({
    connection: native,
    client,
    namespace,
    workflowBundle: { code: await readFile(join(packageRoot, 'dist', 'workflow-bundle.js'), 'utf8') },
    store,
    bus,
    provider: createProvider(toModelAccess(settings, demo)),
  });
  ends.push(() => workers.stop());
  const failed = workers.done.then(
    () => new Promise<never>(() => undefined),
    (error: unknown) => error,
  );
  return { client, failed };
}

function chooseApiPort(
  { host, port, portIsDefault }: Settings,
  report: (line: string) => void,
): Promise<number> {
  const wish = { port, isDefault: portIsDefault, user: 'The API', setting: 'OFFSTAGE_PORT' };
  return choosePort(host, wish, report);
}
