import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { ConversationId } from '../protocol/ids.ts';
import { toConversationKey } from './conversation-key.ts';
import { inTransaction } from './in-transaction.ts';
import { toText } from './json-text.ts';
import { readCursorForUpdate } from './open-step.ts';
import type { Database } from './tables.ts';

/** What a running model call has said so far. */
export interface PartialOutput {
  turn: number;
  step: number;
  attempt: number;
  text: string;
}

/** The live output of the running model call of each conversation: kept when its worker dies. */
export class PartialStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** Replaces what is there, unless that is of a later attempt, or the reply to this step is stored already. */
  async flush(conversation: ConversationId, output: PartialOutput): Promise<void> {
    const { turn, step, attempt } = output;
    const key = toConversationKey(conversation);
    await inTransaction(this.#db, async (transaction) => {
      // Against a reply that is being stored at this moment, which drops what is here.
      await readCursorForUpdate(transaction, conversation);
      const committed = await transaction
        .selectFrom('transcript_rows')
        .select('id')
        .where((eb) => eb.and(key))
        .where('kind', '=', 'assistant')
        .where(sql<boolean>`(turn, step) >= (${turn}::integer, ${step}::integer)`)
        .limit(1)
        .executeTakeFirst();
      if (committed !== undefined) return;
      const values = { turn, step, attempt, text: toText(output.text) };
      await transaction
        .insertInto('partial_outputs')
        .values({ ...key, ...values })
        .onConflict((conflict) =>
          conflict
            .columns(['workspace', 'session', 'task'])
            .doUpdateSet(values)
            .where(
              sql<boolean>`(partial_outputs.turn, partial_outputs.step, partial_outputs.attempt)
                <= (excluded.turn, excluded.step, excluded.attempt)`,
            ),
        )
        .execute();
    });
  }

  read(conversation: ConversationId): Promise<PartialOutput | null> {
    return readPartial(this.#db, conversation);
  }

  /** For a call that was stopped before anything was said. */
  async clear(conversation: ConversationId): Promise<void> {
    await this.#db
      .deleteFrom('partial_outputs')
      .where((eb) => eb.and(toConversationKey(conversation)))
      .execute();
  }
}

/** Null when the reply is stored: what was flushed while it was being stored may stay behind it. */
export async function readPartial(
  db: Kysely<Database>,
  conversation: ConversationId,
): Promise<PartialOutput | null> {
  const key = toConversationKey(conversation);
  const partial = await db
    .selectFrom('partial_outputs as partial')
    .select(['turn', 'step', 'attempt', 'text'])
    .where((eb) => eb.and(key))
    .where(({ not, exists, selectFrom }) => {
      const reply = selectFrom('transcript_rows')
        .select('id')
        .where((eb) => eb.and(key))
        .whereRef('transcript_rows.turn', '=', 'partial.turn')
        .whereRef('transcript_rows.step', '=', 'partial.step')
        .where('kind', '=', 'assistant');
      return not(exists(reply));
    })
    .executeTakeFirst();
  return partial ?? null;
}
