import { NativeConnection } from '@temporalio/worker';
import { openFunctionAccess } from '../activities/functions/open-function-access.ts';
import { createProvider } from '../activities/model/create-provider.ts';
import { startWorkers } from '../workers/start-workers.ts';
import type { QueueChoice } from '../workers/start-workers.ts';
import { measureLoad } from '../workers/measure-load.ts';
import { createWorkObserver } from '../workers/work-observer.ts';
import { toModelAccess } from './model-access.ts';
import { readErrorReason } from './read-error.mjs';
import { toPlace } from './open-shared-parts.ts';
import type { SharedParts } from './open-shared-parts.ts';
import type { Surroundings } from './surroundings.ts';
import { installTemporalRuntime } from './temporal-runtime.ts';
import type { Ends } from './with-ends.ts';

export interface RunWorkers {
  surroundings: Surroundings;
  parts: SharedParts;
  /** The demo model, where it serves. */
  demo: { baseUrl: string } | null;
  queues: QueueChoice;
}

export interface RunningWorkers {
  /** Resolves with the reason when the workers have ended by themselves. */
  failed: Promise<string>;
  /** All of them take work. */
  isReady: () => boolean;
}

export async function runWorkers(
  { surroundings, parts, demo, queues }: RunWorkers,
  ends: Ends,
): Promise<RunningWorkers> {
  const { logger, registry, settings } = surroundings;
  installTemporalRuntime(logger);
  const { store, bus, client, temporal } = parts;
  const connection = await NativeConnection.connect(toPlace(temporal));
  ends.push(() => connection.close());
  const functions = openFunctionAccess(settings);
  ends.push(() => functions.client.close());
  const workers = await startWorkers({
    ...{ connection, client, store, bus, queues },
    namespace: temporal.namespace,
    workflowBundle: await surroundings.readWorkflowBundle(),
    provider: createProvider(toModelAccess(settings, demo)),
    functions,
    observer: createWorkObserver(logger, registry),
  });
  ends.push(() => workers.stop());
  measureLoad(registry, workers);
  const failed = workers.done.then(
    () => new Promise<never>(() => undefined),
    (error: unknown) => `The workers have ended: ${readErrorReason(error)}`,
  );
  return { failed, isReady: () => workers.load().every(({ isRunning }) => isRunning) };
}
