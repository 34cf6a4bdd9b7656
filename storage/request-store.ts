import type { Kysely } from 'kysely';
import { inTransaction } from './in-transaction.ts';
import { toJson } from './json-text.ts';
import type { Database } from './tables.ts';

/** An `Idempotency-Key` belongs to a principal and a route. */
export interface RequestKey {
  workspace: string;
  principal: string;
  route: string;
  key: string;
}

export type RequestState<T> =
  /** It has no answer yet: answer it, call `renew` meanwhile, then `complete`, `abandon` or `release`. `since`: when it was first asked. */
  | { state: 'new'; since: number }
  /** It was answered so. */
  | { state: 'same'; response: T }
  /** The key came with another body. */
  | { state: 'conflict' }
  /** The same request is being answered at this moment. */
  | { state: 'in_progress' };

const DAY_MS = 24 * 3600 * 1000;

/** Who answers a request says so again and again; who was silent for so long has crashed, and the next one may try. */
const ALIVE_WITHIN_MS = 6_000;

/** POSTs with an `Idempotency-Key`, known for 24 hours. `now` is in milliseconds since 1970. */
export class RequestStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async begin<T>(request: RequestKey, bodyHash: string, now: number): Promise<RequestState<T>> {
    for (;;) {
      const state = await this.#tryToBegin<T>(request, bodyHash, now);
      if (state !== null) return state;
    }
  }

  /** Null when the request was abandoned just now, between two looks at it. */
  async #tryToBegin<T>(request: RequestKey, bodyHash: string, now: number): Promise<RequestState<T> | null> {
    return inTransaction(this.#db, async (transaction) => {
      await transaction.deleteFrom('idempotent_requests').where('expires_at', '<=', now).execute();
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('idempotent_requests')
        .values({ ...toKey(request), body_hash: bodyHash, started_at: now, expires_at: now + DAY_MS })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows === 1n) return { state: 'new', since: now };
      const known = await transaction
        .selectFrom('idempotent_requests')
        .select(['body_hash', 'response', 'started_at', 'expires_at'])
        .where((eb) => eb.and(toKey(request)))
        .forUpdate()
        .executeTakeFirst();
      if (known === undefined) return null;
      if (known.body_hash !== bodyHash) return { state: 'conflict' };
      if (known.response !== null) return { state: 'same', response: known.response as T };
      if (known.started_at > now - ALIVE_WITHIN_MS) return { state: 'in_progress' };
      await transaction
        .updateTable('idempotent_requests')
        .set({ started_at: now })
        .where((eb) => eb.and(toKey(request)))
        .execute();
      return { state: 'new', since: known.expires_at - DAY_MS };
    });
  }

  /** It is still being answered. */
  async renew(request: RequestKey, now: number): Promise<void> {
    await this.#db
      .updateTable('idempotent_requests')
      .set({ started_at: now })
      .where((eb) => eb.and(toKey(request)))
      .where('response', 'is', null)
      .execute();
  }

  /** The first response stays; gives it. */
  async complete<T extends object>(request: RequestKey, response: T): Promise<T> {
    await this.#db
      .updateTable('idempotent_requests')
      .set({ response: toJson(response) })
      .where((eb) => eb.and(toKey(request)))
      .where('response', 'is', null)
      .execute();
    const known = await this.#db
      .selectFrom('idempotent_requests')
      .select('response')
      .where((eb) => eb.and(toKey(request)))
      .executeTakeFirst();
    return (known?.response ?? response) as T;
  }

  /** For a request that may have changed something and has no answer: the same one may try again at once. */
  async release(request: RequestKey): Promise<void> {
    await this.renew(request, 0);
  }

  /** For a request that changed nothing: the same key may come again, with any body. */
  async abandon(request: RequestKey): Promise<void> {
    await this.#db
      .deleteFrom('idempotent_requests')
      .where((eb) => eb.and(toKey(request)))
      .where('response', 'is', null)
      .execute();
  }
}

function toKey({ workspace, principal, route, key }: RequestKey): RequestKey {
  return { workspace, principal, route, key };
}
