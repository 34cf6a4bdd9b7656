import type { Kysely } from 'kysely';
import type { ConversationEvent } from '../protocol/events.ts';
import type { ConversationId } from '../protocol/ids.ts';
import { toConversationKey } from './conversation-key.ts';
import { toJson } from './json-text.ts';
import type { Database } from './tables.ts';

/** Statements take at most 65,535 parameters. */
const EVENTS_OF_A_STATEMENT = 5000;

/**
 * Another event at an offset that is there replaces it: a workflow task that the server did not take may have
 * archived what never happened, and what stands where is for the workflow to say.
 */
export async function insertEvents(
  db: Kysely<Database>,
  conversation: ConversationId,
  events: readonly ConversationEvent[],
): Promise<void> {
  const key = toConversationKey(conversation);
  for (let start = 0; start < events.length; start += EVENTS_OF_A_STATEMENT) {
    await db
      .insertInto('events')
      .values(
        events
          .slice(start, start + EVENTS_OF_A_STATEMENT)
          .map((event) => ({ ...key, event_offset: event.offset, body: toJson(event) })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['workspace', 'session', 'task', 'event_offset'])
          .doUpdateSet((eb) => ({ body: eb.ref('excluded.body') })),
      )
      .execute();
  }
}
