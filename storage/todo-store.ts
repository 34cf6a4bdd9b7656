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

  async put(conversation: ConversationId, items: object): Promise<void> {
    const values = { items: toJson(items) };
    await inTransaction(this.#db, async (transaction) => {
      await transaction
        .insertInto('todos')
        .values({ ...toConversationKey(conversation), ...values })
        .onConflict((conflict) => conflict.columns(['workspace', 'session', 'task']).doUpdateSet(values))
        .execute();
    });
  }
}
