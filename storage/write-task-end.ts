import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { TaskEndToStore } from '../protocol/activities.ts';
import type { ConversationEvent } from '../protocol/events.ts';
import { toJson, toNullableJson, toText } from './json-text.ts';
import type { Database } from './tables.ts';
import { TASK_COLUMNS } from './task-columns.ts';
import { readTaskResult } from './task-result.ts';

/**
 * Ends a task that has not ended, with its last events, in one statement; gives what the store holds then. Undefined
 * where there is none, or it has ended.
 */
export async function writeTaskEnd(db: Kysely<Database>, request: TaskEndToStore) {
  const { workspace, session, task: id, events } = request;
  const result = await readTaskResult(db, request, request.status);
  return (
    db
      // The session first, as its removal does.
      .with('session', (query) =>
        query
          .selectFrom('sessions')
          .select('id')
          .where((eb) => eb.and({ workspace, id: session }))
          .forKeyShare(),
      )
      .with('ended', (query) =>
        query
          .updateTable('tasks')
          .from('session')
          .set((eb) => ({
            ...toEnd(request, result),
            files: eb
              .selectFrom('files')
              .select((of) => of.fn.countAll<number>().as('files'))
              .where((of) => of.and({ workspace, session, task: id })),
          }))
          .where((eb) => eb.and({ 'tasks.workspace': workspace, 'tasks.session': session, 'tasks.id': id }))
          .where('tasks.ended_at', 'is', null)
          .returning(TASK_COLUMNS),
      )
      .with('told', (query) =>
        query
          .insertInto('events')
          .columns(['workspace', 'session', 'task', 'event_offset', 'body'])
          .expression((eb) =>
            eb
              .selectFrom(['ended', readEvents(events).as('event')])
              .select(['ended.workspace', 'ended.session', 'ended.id'])
              .select([sql<number>`(event.body ->> 'offset')::integer`.as('event_offset'), 'event.body']),
          )
          .onConflict((conflict) =>
            conflict
              .columns(['workspace', 'session', 'task', 'event_offset'])
              .doUpdateSet((eb) => ({ body: eb.ref('excluded.body') })),
          ),
      )
      // Of a call that died with its worker.
      .with('released', (query) =>
        query
          .deleteFrom('reservations')
          .using('ended')
          .where((eb) => eb.and({ 'reservations.workspace': workspace, 'reservations.session': session }))
          .whereRef('reservations.task', '=', 'ended.id'),
      )
      .selectFrom('ended')
      .selectAll()
      .executeTakeFirst()
  );
}

function toEnd(request: TaskEndToStore, result: string | null) {
  return {
    status: request.status,
    question: null,
    shortage: null,
    partial: request.partial || (request.status !== 'completed' && result !== null),
    result: result === null ? null : toText(result),
    error: toNullableJson(request.error),
    usage: toJson(request.usage),
    started_at: request.startedAt,
    ended_at: request.endedAt,
  };
}

/** Rows of one column, `body`. */
function readEvents(events: readonly ConversationEvent[]) {
  return sql<{
    body: ConversationEvent;
  }>`(select value as body from json_array_elements(${toJson(events)}::json))`;
}
