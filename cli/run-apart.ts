/** An API, or a worker, as a process of its own beside others. */
import { startDemoModel } from '../demo/server.ts';
import type { QueueChoice } from '../workers/start-workers.ts';
import { loadTeams } from './load-teams.ts';
import { openSharedParts } from './open-shared-parts.ts';
import { runWorkers } from './run-workers.ts';
import { prepareDoor, serveApi } from './serve-api.ts';
import { serveHealth } from './serve-health.ts';
import type { Surroundings } from './surroundings.ts';
import { startWithEnds } from './with-ends.ts';

export interface RunningApi {
  apiUrl: string;
  /** No new requests, running ones end, streams are told to come back. */
  stop(): Promise<void>;
}

export function runApi(surroundings: Surroundings): Promise<RunningApi> {
  const { settings } = surroundings;
  return startWithEnds(async (ends) => {
    const door = await prepareDoor(surroundings, ends);
    const loaded = loadTeams(settings);
    const parts = await openSharedParts(surroundings, ends);
    const isDemo = settings.demo === 'on';
    return { apiUrl: await serveApi({ ...loaded, surroundings, parts, door, isDemo }, ends) };
  });
}

export interface RunningWorker {
  /** Resolves with the reason when it has ended by itself. */
  failed: Promise<string>;
  /** Where it tells its health and its numbers; null where it was not asked to. */
  metricsUrl: string | null;
  /** Takes no more work, and hands over what is under way. */
  stop(): Promise<void>;
}

export function runWorker(surroundings: Surroundings, queues: QueueChoice): Promise<RunningWorker> {
  return startWithEnds(async (ends) => {
    // Spec (settings.md): where it is not asked for, the demo model serves under `offstage start` alone.
    const demo = surroundings.settings.demo === 'on' ? await startDemoModel() : null;
    if (demo !== null) ends.push(() => demo.stop());
    const parts = await openSharedParts(surroundings, ends);
    const workers = await runWorkers({ surroundings, parts, demo, queues }, ends);
    const metricsUrl = await serveHealth({ surroundings, parts, workers }, ends);
    return { ...workers, metricsUrl };
  });
}
