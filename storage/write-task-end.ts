import type { Transaction } from 'kysely';
import type { TaskEndToStore } from '../protocol/activities.ts';
import { toJson, toNullableJson, toText } from './json-text.ts';
import type { Database } from './tables.ts';
import { readTaskResult } from './task-result.ts';

/** The caller holds the lock of the row, and has seen that the task has not ended. */
export async function writeTaskEnd(
  transaction: Transaction<Database>,
  request: TaskEndToStore,
): Promise<void> {
  const { workspace, session, task } = request;
  // Of a call that died with its worker.
  await transaction
    .deleteFrom('reservations')
    .where((eb) => eb.and({ workspace, session, task }))
    .execute();
  const result = await readTaskResult(transaction, request, request.status);
  const { files } = await transaction
    .selectFrom('files')
    .select((eb) => eb.fn.countAll<number>().as('files'))
    .where((eb) => eb.and({ workspace, session, task }))
    .executeTakeFirstOrThrow();
  await transaction
    .updateTable('tasks')
    .set({
      status: request.status,
      question: null,
      shortage: null,
      partial: request.partial || (request.status !== 'completed' && result !== null),
      result: result === null ? null : toText(result),
      error: toNullableJson(request.error),
      usage: toJson(request.usage),
      files,
      started_at: request.startedAt,
      ended_at: request.endedAt,
    })
    .where((eb) => eb.and({ workspace, session, id: task }))
    .execute();
}
