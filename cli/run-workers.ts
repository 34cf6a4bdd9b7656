import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createProvider } from '../activities/model/create-provider.ts';
import { startWorkers } from '../workers/start-workers.ts';
import type { QueueChoice } from '../workers/start-workers.ts';
import { toModelAccess } from './model-access.ts';
import { toPlace } from './open-shared-parts.ts';
import type { SharedParts } from './open-shared-parts.ts';
import type { Surroundings } from './surroundings.ts';
import type { Ends } from './with-ends.ts';

export interface RunWorkers {
  surroundings: Surroundings;
  parts: SharedParts;
  /** The demo model, where it serves. */
  demo: { baseUrl: string } | null;
  queues: QueueChoice;
}

/** `failed` resolves with the reason when the workers have ended by themselves. */
export async function runWorkers(
  { surroundings, parts, demo, queues }: RunWorkers,
  ends: Ends,
): Promise<{ failed: Promise<string> }> {
  const { store, bus, client, temporal } = parts;
  const connection = await NativeConnection.connect(toPlace(temporal));
  ends.push(() => connection.close());
  const workers = await startWorkers({
    ...{ connection, client, store, bus, queues },
    namespace: temporal.namespace,
    workflowBundle: await surroundings.readWorkflowBundle(),
    provider: createProvider(toModelAccess(surroundings.settings, demo)),
  });
  ends.push(() => workers.stop());
  const failed = workers.done.then(
    () => new Promise<never>(() => undefined),
    (error: unknown) => `The workers have ended: ${String(error)}`,
  );
  return { failed };
}

/** Once in a process, before anything else of Temporal: what its core logs at a shutdown would look like trouble. */
export function quietRuntime(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: 'ERROR' } },
  });
}
