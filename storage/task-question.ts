import type { Kysely } from 'kysely';
import type { ConversationId } from '../protocol/ids.ts';
import type { TaskQuestion } from '../protocol/task.ts';
import { toConversationKey } from './conversation-key.ts';
import type { Database } from './tables.ts';

/** What a task asks: the questions of its calls of `ask_starter` in that step. Null when they are not there. */
export async function readQuestion(
  db: Kysely<Database>,
  task: ConversationId,
  { turn, step }: TaskQuestion,
): Promise<string | null> {
  const reply = await db
    .selectFrom('transcript_rows')
    .select('tool_calls')
    .where((eb) => eb.and({ ...toConversationKey(task), turn, step, kind: 'assistant' as const }))
    .executeTakeFirst();
  const questions = (reply?.tool_calls ?? []).flatMap(({ name, arguments: given, problem }) => {
    const { question } = given;
    return name === 'ask_starter' && problem === undefined && typeof question === 'string' ? [question] : [];
  });
  return questions.length === 0 ? null : questions.join('\n');
}
