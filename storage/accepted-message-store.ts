import type { Kysely } from 'kysely';
import { inTransaction } from './in-transaction.ts';
import { toJson } from './json-text.ts';
import type { Database } from './tables.ts';

/** A message that a session's workflow took, and what it answered. */
export interface AcceptedMessage<T> {
  id: string;
  /** sha256 of the body: the same id with another one is refused. */
  hash: string;
  acknowledgement: T;
}

/** Every message id of a session: the workflow knows the recent ones only. */
export class AcceptedMessageStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async find<T>(workspace: string, session: string, id: string): Promise<AcceptedMessage<T> | null> {
    const record = await this.#db
      .selectFrom('accepted_messages')
      .select(['id', 'hash', 'acknowledgement'])
      .where('workspace', '=', workspace)
      .where('session', '=', session)
      .where('id', '=', id)
      .executeTakeFirst();
    return record === undefined ? null : { ...record, acknowledgement: record.acknowledgement as T };
  }

  /** The first acknowledgement of an id stays. */
  async remember(workspace: string, session: string, messages: AcceptedMessage<unknown>[]): Promise<void> {
    if (messages.length === 0) return;
    await inTransaction(this.#db, async (transaction) => {
      await transaction
        .insertInto('accepted_messages')
        .values(
          messages.map(({ id, hash, acknowledgement }) => ({
            workspace,
            session,
            id,
            hash,
            acknowledgement: toJson(acknowledgement),
          })),
        )
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    });
  }
}
