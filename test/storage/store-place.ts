import type { StoreOptions } from '../../storage/store.ts';
import { makeTestDatabase } from '../support/run-postgres.ts';

/**
 * A new and empty database of the kind that this project of Jest is for: every test of the store runs on both.
 * `folder`: where the embedded one is kept; null for memory.
 */
export async function makeStorePlace(folder: string | null = null): Promise<StoreOptions> {
  return 'storeIsPostgres' in globalThis
    ? { dataFolder: null, databaseUrl: await makeTestDatabase() }
    : { dataFolder: folder };
}
