/** What PostgreSQL, or the way to it, says when it cannot be used: whose fault it is, and in which words. */
import { DatabaseError } from 'pg';

/** Classes of SQLSTATE: connection, resources, operator intervention (shutdowns, timeouts), system. */
const AWAY_CLASSES = ['08', '53', '57', '58'];
/** A standby that does not take writes yet, and a lock that was not to be had in time. */
const AWAY_CODES = ['25006', '55P03'];

/** Whether the server could not be asked; false: it answered, and the answer is no. */
export function isAway(error: unknown): boolean {
  if (error instanceof DatabaseError) {
    const code = error.code ?? '';
    return AWAY_CODES.includes(code) || AWAY_CLASSES.includes(code.slice(0, 2));
  }
  // What is no answer of the server is the driver's word on a connection, unless it is a mistake in its use.
  return !(error instanceof TypeError);
}

/** Whether a migration has changed a table since the connection has planned the statement. Nothing was done. */
export function hasStalePlan(error: unknown): boolean {
  return error instanceof DatabaseError && error.routine === 'RevalidateCachedQuery';
}

/** Without the password, which no message of the driver or the server holds. */
export function readReason(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  // `localhost` has two addresses: the error of the pair has no words of its own.
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.map(readReason).join('; ');
  return 'message' in error ? String(error.message) : 'for no known reason';
}

const ADVICE: Record<string, string> = {
  '28000': 'Correct the user or the password in DATABASE_URL, or what the server allows (pg_hba.conf).',
  '28P01': 'Correct the user or the password in DATABASE_URL.',
  '3D000': 'Create the database, or correct its name in DATABASE_URL.',
  '42501': 'Give the user of DATABASE_URL the right to make tables in the database.',
  newer: 'Start that version, or restore a backup of before it.',
  '57P03': 'Wait until the server has started, then start again.',
};

/** What to do about a database that cannot be opened. */
export function adviseOn(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return (
    ADVICE[code] ??
    'Start the server, correct DATABASE_URL, or leave it out to keep the store in the data folder.'
  );
}
