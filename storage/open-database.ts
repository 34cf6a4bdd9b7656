/** The one place that knows which database it is: a PostgreSQL server, or PGlite in this process. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type { PostgresPool } from 'kysely';
import { migrate } from './migrations.ts';
import { PglitePool } from './pglite-pool.ts';
import { adviseOn, readReason } from './postgres-failures.ts';
import { describeServer, ServerPool } from './postgres-pool.ts';
import type { OutageListener } from './postgres-pool.ts';
import type { Database } from './tables.ts';

/** Opens the database in `<dataFolder>/store`, or in memory for null, and brings it to the newest form. */
export async function openEmbeddedDatabase(dataFolder: string | null): Promise<Kysely<Database>> {
  const db = connect(new PglitePool(await openPglite(dataFolder)));
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
}

/**
 * Brings the database of the URL to the newest form (several processes may do so at once: one does it, the others
 * wait) and opens it. Throws with where it is, why it cannot be used and what to do.
 */
export async function openServerDatabase(url: string, onOutage?: OutageListener): Promise<Kysely<Database>> {
  const setup = connect(new ServerPool(url, 'migration'));
  try {
    await requireUnicode(setup);
    await migrate(setup);
  } catch (error) {
    throw describeFailure(url, error);
  } finally {
    await setup.destroy();
  }
  return connect(new ServerPool(url, 'work', onOutage));
}

/** Throws, as `openServerDatabase` would, when the database cannot be used. Changes nothing. */
export async function checkServerDatabase(url: string): Promise<void> {
  const db = connect(new ServerPool(url, 'migration'));
  try {
    await requireUnicode(db);
  } catch (error) {
    throw describeFailure(url, error);
  } finally {
    await db.destroy();
  }
}

function connect(pool: PostgresPool): Kysely<Database> {
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}

async function requireUnicode(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ server_encoding: string }>`show server_encoding`.execute(db);
  const encoding = rows[0]?.server_encoding ?? 'unknown';
  if (encoding !== 'UTF8') throw new Error(`its encoding is ${encoding}, and has to be UTF8`);
}

function describeFailure(url: string, error: unknown): Error {
  const hasCause = typeof error === 'object' && error !== null && 'cause' in error && error.cause;
  const reason = hasCause ? error.cause : error;
  return new Error(
    `The store cannot be opened: ${describeServer(url)}: ${readReason(reason)}. ${adviseOn(reason)}`,
    { cause: error },
  );
}

async function openPglite(dataFolder: string | null): Promise<PGlite> {
  if (dataFolder === null) return PGlite.create();
  const folder = join(dataFolder, 'store');
  await mkdir(folder, { recursive: true });
  return PGlite.create(folder);
}
