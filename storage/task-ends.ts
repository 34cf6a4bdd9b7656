import type { Kysely } from 'kysely';
import type { TaskEnd } from '../core/notice-text.ts';
import type { TaskOutcome } from '../protocol/transcript.ts';
import type { Database } from './tables.ts';
import { readQuestion } from './task-question.ts';
import { readTaskResult } from './task-result.ts';

/** What the store knows of how these tasks of a session ended, in their order. */
export async function readTaskEnds(
  db: Kysely<Database>,
  { workspace, session }: { workspace: string; session: string },
  outcomes: TaskOutcome[],
): Promise<TaskEnd[]> {
  const ids = outcomes.map((outcome) => outcome.task);
  if (ids.length === 0) return [];
  const tasks = await db
    .selectFrom('tasks')
    .select(['id', 'result', 'error', 'progress'])
    .where('workspace', '=', workspace)
    .where('session', '=', session)
    .where('id', 'in', ids)
    .execute();
  const files = await db
    .selectFrom('files')
    .select(['id', 'task', 'name', 'media_type'])
    .where('workspace', '=', workspace)
    .where('session', '=', session)
    .where('task', 'in', ids)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  const questions = new Map<TaskOutcome, string | null>();
  const soFar = new Map<TaskOutcome, string | null>();
  for (const outcome of outcomes) {
    const { task, asks, shortage, isSlow } = outcome;
    const id = { workspace, session, task };
    if (asks !== undefined) questions.set(outcome, await readQuestion(db, id, asks));
    // What one that has not ended has said is in its transcript.
    if (shortage !== undefined || isSlow === true)
      soFar.set(outcome, await readTaskResult(db, id, 'completed'));
  }
  return outcomes.map((outcome) => {
    const task = tasks.find(({ id }) => id === outcome.task);
    const question = questions.get(outcome);
    return {
      outcome,
      result: task?.result ?? soFar.get(outcome) ?? null,
      error: task?.error ?? null,
      progress: task?.progress ?? null,
      ...(question == null ? {} : { question }),
      files: files
        .filter((file) => file.task === outcome.task)
        .map((file) => ({ id: file.id, name: file.name, mediaType: file.media_type })),
    };
  });
}
