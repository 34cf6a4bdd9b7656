import type { Kysely } from 'kysely';
import { textOf } from '../core/task-text.ts';
import type { TaskStatus } from '../protocol/task.ts';
import { toConversationKey } from './conversation-key.ts';
import { readPartial } from './partial-store.ts';
import type { Database } from './tables.ts';

/**
 * What a task leaves: its last words; when it did not complete, those of a running call come first, which nobody
 * committed because its worker died. Null when it never said anything.
 */
export async function readTaskResult(
  db: Kysely<Database>,
  id: { workspace: string; session: string; task: string },
  status: TaskStatus,
): Promise<string | null> {
  const key = toConversationKey(id);
  if (status !== 'completed') {
    const partial = await readPartial(db, id);
    if (partial !== null && partial.text !== '') return partial.text;
  }
  const replies = await db
    .selectFrom('transcript_rows')
    .select('content')
    .where((eb) => eb.and(key))
    .where('kind', '=', 'assistant')
    .orderBy('turn', 'desc')
    .orderBy('step', 'desc')
    .limit(20)
    .execute();
  return replies.map(({ content }) => textOf(content)).find((text) => text !== '') ?? null;
}
