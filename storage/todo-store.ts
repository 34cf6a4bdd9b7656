import type { Kysely } from 'kysely';
import type { ConversationId } from '../protocol/ids.ts';
import { toConversationKey } from './conversation-key.ts';
import { inTransaction } from './in-transaction.ts';
import { toJson } from './json-text.ts';
import type { Database } from './tables.ts';

/** The todo list of each conversation: the `todo` toolset's own JSON. */
export class TodoStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async get<T>(conversation: ConversationId): Promise<T | null> {
    const record = await this.#db
      .selectFrom('todos')
      .select('items')
      .where((eb) => eb.and(toConversationKey(conversation)))
      .executeTakeFirst();
    return record === undefined ? null : (record.items as T);
  }

  /** Changes the list as it is now: of two changes at once, the second one sees the first. Gives the new list. */
  async update<T extends object>(conversation: ConversationId, change: (items: T | null) => T): Promise<T> {
    return inTransaction(this.#db, async (transaction) => {
      const key = toConversationKey(conversation);
      await transaction
        .insertInto('todos')
        .values({ ...key, items: toJson(null) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const { items } = await transaction
        .selectFrom('todos')
        .select('items')
        .where((eb) => eb.and(key))
        .forUpdate()
        .executeTakeFirstOrThrow();
      const changed = change(items as T | null);
      await transaction
        .updateTable('todos')
        .set({ items: toJson(changed) })
        .where((eb) => eb.and(key))
        .execute();
      return changed;
    });
  }
}
