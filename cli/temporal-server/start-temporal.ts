import { Connection } from '@temporalio/client';
import type { TemporalConnectionOptions, TemporalSettings } from '../../config/temporal-settings.ts';
import { readErrorReason } from '../read-error.mjs';
import { explainConnection } from './explain-connection.ts';
import { findTemporalCli } from './find-temporal-cli.mjs';
import { ensureSearchAttributes } from './prepare-namespace.ts';
import { runTemporalServer } from './run-temporal-server.ts';

const connectTimeout = '10 s';

export interface TemporalAccess {
  /** For a client and for a worker. */
  connectionOptions: TemporalConnectionOptions & { address: string };
  namespace: string;
  /** null where the server is not ours. */
  uiUrl: string | null;
  /** Where the CLI of the embedded server came from, for people; null where the server is not ours. */
  cli: string | null;
  /** Resolves when the embedded server ends without `stop`, with what its log said last. */
  ended: Promise<string>;
  /** Ends the embedded server; leaves another one alone. Stop the workers first. */
  stop: () => Promise<void>;
}

export interface StartTemporalOptions {
  settings: TemporalSettings;
  dataFolder: string;
  /** Environment in which the CLI is looked for. */
  env: NodeJS.ProcessEnv;
  report: (line: string) => void;
}

/** Connects to the server that is set, or starts the embedded one; both with our search attributes. */
export async function startTemporal(options: StartTemporalOptions): Promise<TemporalAccess> {
  const { address, connectionOptions } = options.settings;
  if (address === null) return startEmbedded(options);
  return prepareExisting({ ...connectionOptions, address }, options);
}

async function startEmbedded({
  settings,
  dataFolder,
  env,
  report,
}: StartTemporalOptions): Promise<TemporalAccess> {
  const cliPath = settings.cliPath ?? undefined;
  const cli = await findTemporalCli({ env: { ...env, OFFSTAGE_TEMPORAL_CLI: cliPath }, report });
  const server = await runTemporalServer({ ...settings, cliPath: cli.path, dataFolder, report });
  return {
    connectionOptions: { address: server.address },
    namespace: server.namespace,
    uiUrl: server.uiUrl,
    cli: `${cli.path} (version ${cli.version})`,
    ended: server.ended,
    stop: server.stop,
  };
}

async function prepareExisting(
  connectionOptions: TemporalConnectionOptions & { address: string },
  { settings: { namespace }, report }: StartTemporalOptions,
): Promise<TemporalAccess> {
  const connection = await connect(connectionOptions);
  try {
    await connection.workflowService.describeNamespace({ namespace });
    await ensureSearchAttributes(connection, namespace, report);
  } catch (error) {
    throw new Error(`The namespace ${namespace} of ${connectionOptions.address}: ${readErrorReason(error)}`, {
      cause: error,
    });
  } finally {
    await connection.close();
  }
  return {
    ...{ connectionOptions, namespace, uiUrl: null, cli: null },
    ended: new Promise(() => undefined),
    stop: () => Promise.resolve(),
  };
}

async function connect(
  connectionOptions: TemporalConnectionOptions & { address: string },
): Promise<Connection> {
  const { address, tls, apiKey, metadata } = connectionOptions;
  try {
    return await Connection.connect({ address, tls, apiKey, metadata, connectTimeout });
  } catch (error) {
    throw new Error(
      `The Temporal server at ${address} (TEMPORAL_ADDRESS) does not answer: ${await explainConnection({ address, tls }, error)}. ` +
        'Start it, correct the address or how it is reached (TEMPORAL_TLS*, TEMPORAL_API_KEY), or leave ' +
        'TEMPORAL_ADDRESS out to use the embedded server.',
      { cause: error },
    );
  }
}
