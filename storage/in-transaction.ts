import type { Kysely, Transaction } from 'kysely';
import { StoreError } from './store-error.ts';
import type { Database } from './tables.ts';

/** SQLSTATE foreign_key_violation: every row of a session refers to it. */
const NO_SESSION = '23503';

/**
 * Runs `work` in one transaction: all of it is written, or nothing. `work` must use the transaction that it gets
 * (the embedded database has one connection, which the transaction holds).
 * Throws StoreError `session.not_found` when it writes for a session that does not exist or was removed.
 */
export async function inTransaction<T>(
  db: Kysely<Database>,
  work: (transaction: Transaction<Database>) => Promise<T>,
): Promise<T> {
  try {
    return await db.transaction().execute(work);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === NO_SESSION) {
      throw new StoreError('session.not_found', 'The session does not exist, or was deleted.', {
        cause: error,
      });
    }
    throw error;
  }
}
