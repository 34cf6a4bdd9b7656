/** Cursors of lists: where the next page begins, opaque to clients. */
import { StoreError } from './store-error.ts';

export interface Page<T> {
  data: T[];
  /** Null on the last page. */
  nextCursor: string | null;
}

export interface PageRequest {
  cursor?: string | undefined;
  /** Rows of a page, from 1. */
  limit: number;
}

type CursorValue = readonly (string | number)[];

function toCursor(values: CursorValue): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/**
 * Reads a cursor whose values have the types of `shape`. Throws StoreError `cursor.invalid` on anything else.
 */
export function readCursor<T extends CursorValue>(cursor: string, shape: T): T {
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    values = null;
  }
  const fits =
    Array.isArray(values) &&
    values.length === shape.length &&
    values.every(
      (value, index) =>
        typeof value === typeof shape[index] && (typeof value !== 'number' || Number.isSafeInteger(value)),
    );
  if (!fits) {
    throw new StoreError('cursor.invalid', 'The cursor is not one that a list gave. Begin without a cursor.');
  }
  return values as T;
}

/** A page of `limit` out of up to `limit + 1` rows: the one too many tells that there is more. */
export function toPage<T>(rows: T[], limit: number, cursorOf: (row: T) => CursorValue): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, nextCursor: rows.length > limit && last !== undefined ? toCursor(cursorOf(last)) : null };
}
