import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { renderNotice, renderTasksAnswer } from '../core/notice-text.ts';
import { renderTaskElement } from '../core/task-element.ts';
import { renderPrerequisites } from '../core/prerequisites-text.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { NewRow, TranscriptRow } from '../protocol/transcript.ts';
import type { Database } from './tables.ts';
import { readTaskEnds } from './task-ends.ts';
import { makeRow, toRecord } from './transcript-row.ts';

/** Statements take at most 65,535 parameters. */
const ROWS_OF_A_STATEMENT = 1000;

/** All columns but the key. */
const CONTENT = [
  'id',
  'role',
  'kind',
  'agent',
  'content',
  'tool_calls',
  'call',
  'tool',
  'outcome',
  'status',
  'at',
  'usage',
  'model',
  'stop_reason',
  'request_hash',
] as const;

/**
 * Stores rows that were born in a workflow, what tasks said written out. A row that is there stays as it is; one
 * with another id, which an attempt that the workflow gave up left at the same place, is replaced: what stands where
 * is for the workflow to say.
 */
export async function insertRows(
  db: Kysely<Database>,
  conversation: ConversationId,
  rows: readonly NewRow[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_OF_A_STATEMENT) {
    const records = [];
    for (const row of rows.slice(start, start + ROWS_OF_A_STATEMENT)) {
      records.push(toRecord(conversation, await writeOut(db, conversation, row)));
    }
    await db
      .insertInto('transcript_rows')
      .values(records)
      .onConflict((conflict) =>
        conflict
          .columns(['workspace', 'session', 'task', 'turn', 'step', 'ordinal'])
          .doUpdateSet((eb) =>
            Object.fromEntries(CONTENT.map((column) => [column, eb.ref(`excluded.${column}`)])),
          )
          .where(sql<boolean>`transcript_rows.id <> excluded.id`),
      )
      .execute();
  }
}

/** The row as it is stored: what tasks said, which workflows name by reference, is written out. */
export async function writeOut(
  db: Kysely<Database>,
  conversation: ConversationId,
  row: NewRow,
): Promise<TranscriptRow> {
  const { place, id, at } = row;
  const isForTask = conversation.task !== null;
  switch (row.kind) {
    case 'user':
      return makeRow({ place, id, at, role: 'user', kind: 'user', content: row.content });
    case 'system':
    case 'instruction':
      return makeRow({
        place,
        id,
        at,
        role: 'system',
        kind: row.kind,
        content: [{ type: 'text', text: row.text }],
      });
    case 'spoken_for': {
      const content = [{ type: 'text' as const, text: row.text }];
      return makeRow({ place, id, at, role: 'assistant', kind: 'system', agent: row.agent, content });
    }
    case 'completion': {
      const ends = await readTaskEnds(db, conversation, row.tasks);
      const content = ends.map((end) => ({
        type: 'text' as const,
        text: renderNotice(end, row.dialect, isForTask),
      }));
      return makeRow({ place, id, at, role: 'system', kind: 'completion', content });
    }
    case 'function_end': {
      const content = [{ type: 'text' as const, text: renderTaskElement(row.outcome, [row.text]) }];
      return makeRow({ place, id, at, role: 'system', kind: 'completion', content });
    }
    case 'prerequisites': {
      const texts = renderPrerequisites(await readTaskEnds(db, conversation, row.tasks));
      const content = texts.map((text) => ({ type: 'text' as const, text }));
      return makeRow({ place, id, at, role: 'system', kind: 'completion', content });
    }
    case 'tool':
    case 'tool_tasks': {
      const { call, tool } = row;
      const { text, outcome } =
        row.kind === 'tool'
          ? row
          : renderTasksAnswer(row.answer, await readTaskEnds(db, conversation, row.answer.tasks), isForTask);
      const content = [{ type: 'text' as const, text }];
      return makeRow({ place, id, at, role: 'tool', kind: 'tool', content, call, tool, outcome });
    }
  }
}
