import { existsSync, readdirSync } from 'node:fs';
import { Connection } from '@temporalio/client';
import { readKeyFile } from '../config/keys/key-file.ts';
import type { SettingsSource } from '../config/inspect-settings.ts';
import type { SettingsError } from '../config/settings-error.ts';
import type { Settings } from '../config/settings.ts';
import { loadSettings } from '../config/settings.ts';
import { checkServerDatabase } from '../storage/open-database.ts';
import { describeServer } from '../storage/postgres-pool.ts';
import { lockDataFolder } from './data-folder-lock.ts';
import { listProviders } from './model-access.ts';
import { readErrorReason } from './read-error.mjs';
import { isPortFree } from './temporal-server/choose-port.ts';
import { explainConnection } from './temporal-server/explain-connection.ts';
import type { CliAttempt } from './temporal-server/find-temporal-cli.mjs';
import { findTemporalCli } from './temporal-server/find-temporal-cli.mjs';
import { isAtLeast } from './temporal-server/inspect-cli.mjs';

export interface Finding {
  what: string;
  /** false: a start would fail, or do something else than what is wanted. */
  found: boolean;
  detail: string;
  /** What to do about it; null: nothing. */
  todo: string | null;
}

export interface DoctorDependencies {
  source: SettingsSource;
  /** Of this process, without the leading v. */
  nodeVersion: string;
}

const oldestNode = '20.19.0';

/** Looks at what a start needs, and changes nothing. */
export async function collectFindings({ source, nodeVersion }: DoctorDependencies): Promise<Finding[]> {
  const node = inspectNode(nodeVersion);
  let settings: Settings;
  try {
    settings = loadSettings(source);
  } catch (error) {
    return [node, describeSettingsError(error as SettingsError)];
  }
  const dataFolder = inspectDataFolder(settings.dataFolder);
  return [
    node,
    { what: 'settings', found: true, detail: describeWarnings(settings.warnings), todo: null },
    settings.temporal.address === null
      ? await inspectTemporalCli(settings, source)
      : await inspectTemporalServer(settings),
    dataFolder,
    ...(settings.databaseUrl === null ? [] : [await inspectDatabase(settings.databaseUrl)]),
    // A process that runs on the folder has its ports, too.
    ...(dataFolder.found ? await inspectPorts(settings) : []),
    inspectKeys(settings),
    inspectModelAccess(settings),
    inspectTeamsFolder(settings.teamsFolder),
  ];
}

function inspectNode(version: string): Finding {
  const found = isAtLeast(version, oldestNode);
  const todo = found ? null : `Install Node ${oldestNode} or later (https://nodejs.org).`;
  return { what: 'Node', found, detail: version, todo };
}

function describeSettingsError({ message, problems }: SettingsError): Finding {
  const detail = problems?.map(({ name, problem }) => `${name} ${problem}`).join('\n') ?? message;
  return { what: 'settings', found: false, detail, todo: 'Correct them, in the environment or in .env.' };
}

function describeWarnings(warnings: readonly string[]): string {
  return warnings.length === 0 ? 'read, nothing is wrong' : warnings.join('\n');
}

async function inspectTemporalCli(settings: Settings, { env }: SettingsSource): Promise<Finding> {
  const what = 'Temporal CLI';
  const OFFSTAGE_TEMPORAL_CLI = settings.temporal.cliPath ?? undefined;
  try {
    const cli = await findTemporalCli({
      ...{ env: { ...env, OFFSTAGE_TEMPORAL_CLI }, mayGet: false },
      report: () => undefined,
    });
    return {
      what,
      found: true,
      detail: `${cli.path}, version ${cli.version}, from: ${cli.source}`,
      todo: null,
    };
  } catch (error) {
    const { tried } = error as { tried: CliAttempt[] };
    const detail = ['not there', ...tried.map(({ source, outcome }) => `${source}: ${outcome}`)].join('\n');
    const todo = OFFSTAGE_TEMPORAL_CLI
      ? 'Correct OFFSTAGE_TEMPORAL_CLI, or leave it out.'
      : 'The next start downloads it, or builds it with Go where that fails. Without network and Go: install it ' +
        '(https://docs.temporal.io/cli) and set OFFSTAGE_TEMPORAL_CLI.';
    return { what, found: false, detail, todo };
  }
}

async function inspectTemporalServer({ temporal }: Settings): Promise<Finding> {
  const what = 'Temporal server';
  const { address, tls, apiKey, metadata } = temporal.connectionOptions ?? {};
  const { namespace } = temporal;
  const by = [tls ? 'by TLS' : 'without TLS', ...(apiKey === undefined ? [] : ['with an API key'])].join(
    ' and ',
  );
  try {
    const connection = await Connection.connect({ address, tls, apiKey, metadata, connectTimeout: '5 s' });
    const reason = await findNamespaceProblem(connection, namespace);
    await connection.close();
    if (reason === null) {
      return { what, found: true, detail: `${address} answers ${by}, namespace ${namespace}`, todo: null };
    }
    const todo = 'Make the namespace there, or correct TEMPORAL_NAMESPACE.';
    return {
      what,
      found: false,
      detail: `${address} answers ${by}; namespace ${namespace}: ${reason}`,
      todo,
    };
  } catch (error) {
    const reason = await explainConnection({ address, tls }, error);
    const detail = `${address} does not answer ${by}: ${reason}`;
    const todo = 'Start it, correct TEMPORAL_ADDRESS or how it is reached (TEMPORAL_TLS*, TEMPORAL_API_KEY).';
    return { what, found: false, detail, todo };
  }
}

async function findNamespaceProblem(connection: Connection, namespace: string): Promise<string | null> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return null;
  } catch (error) {
    return readErrorReason(error);
  }
}

async function inspectDatabase(url: string): Promise<Finding> {
  const what = 'store';
  try {
    await checkServerDatabase(url);
    return { what, found: true, detail: `${describeServer(url)} answers`, todo: null };
  } catch (error) {
    return { what, found: false, detail: readErrorReason(error), todo: 'A start would end with this.' };
  }
}

function inspectDataFolder(dataFolder: string): Finding {
  const what = 'data folder';
  if (!existsSync(dataFolder)) {
    return { what, found: true, detail: `${dataFolder}, which the first start makes`, todo: null };
  }
  try {
    lockDataFolder(dataFolder).release();
    return { what, found: true, detail: `${dataFolder}, not in use`, todo: null };
  } catch (error) {
    return {
      ...{ what, found: false, detail: readErrorReason(error) },
      todo: 'Nothing, if that is the Offstage that you want to run.',
    };
  }
}

async function inspectPorts({ host, temporal, ...api }: Settings): Promise<Finding[]> {
  const embedded = [
    { setting: 'OFFSTAGE_TEMPORAL_PORT', port: temporal.port, isDefault: temporal.portIsDefault },
    { setting: 'OFFSTAGE_TEMPORAL_UI_PORT', port: temporal.uiPort, isDefault: temporal.uiPortIsDefault },
  ];
  const wishes = [
    { setting: 'OFFSTAGE_PORT', port: api.port, isDefault: api.portIsDefault },
    ...(temporal.address === null ? embedded : []),
  ];
  return Promise.all(
    wishes.map(async ({ setting, port, isDefault }) => {
      const what = `port ${port} (${setting})`;
      if (await isPortFree(host, port)) return { what, found: true, detail: 'free', todo: null };
      const detail = isDefault ? 'taken; a start moves on to the next free one' : 'taken';
      return {
        what,
        found: isDefault,
        detail,
        todo: isDefault ? null : `End what uses it, or set ${setting}.`,
      };
    }),
  );
}

function inspectKeys({ keysFile }: Settings): Finding {
  const what = 'access keys';
  if (keysFile === null) {
    const todo =
      'To serve others: make a key (offstage keys create), and set OFFSTAGE_KEYS and OFFSTAGE_HOST.';
    return { what, found: true, detail: 'none; the API answers this machine only', todo };
  }
  try {
    const count = readKeyFile(keysFile).length;
    const todo = count > 0 ? null : 'An API would not start: make a key with "offstage keys create".';
    return { what, found: count > 0, detail: `${count} in ${keysFile}`, todo };
  } catch (error) {
    return { what, found: false, detail: readErrorReason(error), todo: 'An API would not start with this.' };
  }
}

function inspectModelAccess({ providers, demo }: Settings): Finding {
  const what = 'model access';
  const configured = listProviders(providers);
  if (demo === 'on') return { what, found: true, detail: 'the demo model (OFFSTAGE_DEMO=on)', todo: null };
  if (configured.length > 0) return { what, found: true, detail: configured.join(', '), todo: null };
  const todo = 'Set OPENAI_API_KEY or ANTHROPIC_API_KEY for a real model.';
  if (demo === 'auto') return { what, found: true, detail: 'none; `npm start` uses the demo model', todo };
  return { what, found: false, detail: 'none, and the demo model is off', todo };
}

function inspectTeamsFolder(teamsFolder: string): Finding {
  const what = 'teams';
  const files = existsSync(teamsFolder)
    ? readdirSync(teamsFolder).filter((name) => /\.ya?ml$/.test(name))
    : [];
  if (files.length > 0)
    return { what, found: true, detail: `${teamsFolder}: ${files.join(', ')}`, todo: null };
  const todo = 'Put a team file there, or set OFFSTAGE_TEAMS. `offstage teams check` looks into them.';
  return { what, found: false, detail: `no team file in ${teamsFolder}`, todo };
}
