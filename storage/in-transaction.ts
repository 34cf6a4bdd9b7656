import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { refuseGoneSession } from './store-error.ts';
import type { Database } from './tables.ts';

/** SQLSTATE foreign_key_violation: every row of a session refers to it. */
const NO_SESSION = '23503';

/**
 * SQLSTATE serialization_failure and deadlock_detected: another transaction went first; feature_not_supported: so did a
 * migration (see `hasStalePlan`). Nothing was written.
 */
const LOST_RACES = ['40001', '40P01', '0A000'];
const ATTEMPTS = 5;
/** Longest pause before another attempt, in ms: those who met once would meet again at the same pace. */
const PAUSE_MS = 50;

/**
 * Runs `work` in one transaction: all of it is written, or nothing. `work` must use the transaction that it gets
 * (the embedded database has one connection, which the transaction holds), and is run again when the database gave
 * way to another transaction. Each statement sees what was committed before it began: who waits for a lock reads
 * the rows as they are when it has it.
 * Throws StoreError `session.not_found` when it writes for a session that does not exist or was removed.
 */
export function inTransaction<T>(
  db: Kysely<Database>,
  work: (transaction: Transaction<Database>) => Promise<T>,
): Promise<T> {
  return repeatLostRaces(() => db.transaction().setIsolationLevel('read committed').execute(work));
}

/** As `inTransaction`, for one statement, which is a transaction of its own. */
export async function repeatLostRaces<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (LOST_RACES.includes(code) && attempt < ATTEMPTS) {
        await sleep(Math.random() * PAUSE_MS * attempt);
        continue;
      }
      if (code !== NO_SESSION) throw error;
      throw refuseGoneSession(error);
    }
  }
}
