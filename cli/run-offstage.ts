/** Everything that `offstage start` runs, in the order in which it depends on one another, and its end. */
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import type { TeamFolder } from '../config/teams/team-folder.ts';
import { startDemoModel } from '../demo/server.ts';
import { describeServer } from '../storage/postgres-pool.ts';
import { lockDataFolder } from './data-folder-lock.ts';
import { loadTeams } from './load-teams.ts';
import { describeModelAccess, needsDemoModel } from './model-access.ts';
import { openSharedParts } from './open-shared-parts.ts';
import { runWorkers } from './run-workers.ts';
import { prepareDoor, serveApi } from './serve-api.ts';
import type { Surroundings } from './surroundings.ts';
import { startWithEnds } from './with-ends.ts';

export interface RunningOffstage {
  apiUrl: string;
  /** Host and port of the Temporal server, and the namespace. */
  temporal: { address: string; namespace: string };
  temporalUi: string | null;
  temporalCli: string | null;
  /** Which one it is, for people. */
  store: string;
  models: string;
  teams: TeamFolder;
  /** Resolves with the reason when a part that everything needs has ended by itself. */
  failed: Promise<string>;
  /** Ends it all: no new requests, the work handed over, then the servers and the store. */
  stop(): Promise<void>;
}

export function runOffstage(surroundings: Surroundings): Promise<RunningOffstage> {
  const { settings } = surroundings;
  return startWithEnds(async (ends) => {
    const lock = lockDataFolder(settings.dataFolder);
    ends.push(() => lock.release());
    const door = await prepareDoor(surroundings, ends);
    const loaded = loadTeams(settings);
    const isDemo = needsDemoModel(settings, loaded.teams);
    const demo = isDemo ? await startDemoModel() : null;
    if (demo !== null) ends.push(() => demo.stop());
    const parts = await openSharedParts(surroundings, ends);
    const workers = await runWorkers({ surroundings, parts, demo, queues: 'all' }, ends);
    const apiUrl = await serveApi({ ...loaded, surroundings, parts, door, isDemo }, ends);
    const { temporal } = parts;
    return {
      apiUrl,
      temporal: { address: temporal.connectionOptions.address, namespace: temporal.namespace },
      temporalUi: temporal.uiUrl,
      temporalCli: temporal.cli,
      store: describeStore(settings),
      models: describeModelAccess(settings, loaded.teams, isDemo),
      teams: loaded.teams,
      failed: Promise.race([
        temporal.ended.then((log) => `The Temporal server has ended: ${log}`),
        workers.failed,
      ]),
    };
  });
}

function describeStore({ databaseUrl, dataFolder }: Settings): string {
  return databaseUrl === null
    ? `embedded, in ${join(dataFolder, 'store')} (DATABASE_URL: PostgreSQL)`
    : describeServer(databaseUrl);
}
