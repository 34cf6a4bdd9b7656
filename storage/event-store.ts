import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { ConversationEvent } from '../protocol/events.ts';
import type { ConversationId } from '../protocol/ids.ts';
import { toConversationKey } from './conversation-key.ts';
import { inTransaction } from './in-transaction.ts';
import { insertEvents } from './insert-events.ts';
import type { Database } from './tables.ts';

/** Events of runs that are over; those of the current run are in its workflow. */
export class EventStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** What is told later of an offset is right: see {@link insertEvents}. */
  async append(conversation: ConversationId, events: readonly ConversationEvent[]): Promise<void> {
    if (events.length === 0) return;
    await inTransaction(this.#db, (transaction) => insertEvents(transaction, conversation, events));
  }

  /** At most `limit` events from offset `from` (inclusive) on, in order. */
  async read(conversation: ConversationId, from: number, limit: number): Promise<ConversationEvent[]> {
    const records = await this.#db
      .selectFrom('events')
      .select('body')
      .where((eb) => eb.and(toConversationKey(conversation)))
      .where('event_offset', '>=', from)
      .orderBy('event_offset')
      .limit(limit)
      .execute();
    return records.map(({ body }) => body);
  }

  /** Those of some types, of conversations of one session (null: its own); in order for each of them. */
  async readOfTypes(
    { workspace, session }: { workspace: string; session: string },
    conversations: readonly (string | null)[],
    types: readonly ConversationEvent['type'][],
  ): Promise<ConversationEvent[]> {
    if (conversations.length === 0) return [];
    const records = await this.#db
      .selectFrom('events')
      .select('body')
      .where((eb) => eb.and({ workspace, session }))
      .where(
        'task',
        'in',
        conversations.map((task) => task ?? ''),
      )
      .where(sql<string>`body ->> 'type'`, 'in', types)
      .orderBy('event_offset')
      .execute();
    return records.map(({ body }) => body);
  }

  /** The last archived offset; 0 when there is none. */
  async lastOffset(conversation: ConversationId): Promise<number> {
    const record = await this.#db
      .selectFrom('events')
      .select((eb) => eb.fn.max('event_offset').as('last'))
      .where((eb) => eb.and(toConversationKey(conversation)))
      .executeTakeFirst();
    return record?.last ?? 0;
  }
}
