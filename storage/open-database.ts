/** The one place that knows which database it is: embedded now; a server's pool takes the same dialect. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PostgresDialect } from 'kysely';
import { migrate } from './migrations.ts';
import { PglitePool } from './pglite-pool.ts';
import type { Database } from './tables.ts';

/** Opens the database in `<dataFolder>/store`, or in memory for null, and brings it to the newest form. */
export async function openDatabase(dataFolder: string | null): Promise<Kysely<Database>> {
  const pool = new PglitePool(await openPglite(dataFolder));
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrate(db);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return db;
}

async function openPglite(dataFolder: string | null): Promise<PGlite> {
  if (dataFolder === null) return PGlite.create();
  const folder = join(dataFolder, 'store');
  await mkdir(folder, { recursive: true });
  return PGlite.create(folder);
}
