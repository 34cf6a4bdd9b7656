import type { Kysely, RawBuilder } from 'kysely';
import { sql } from 'kysely';
import { renderNotice, renderTasksAnswer } from '../core/notice-text.ts';
import { renderTaskElement } from '../core/task-element.ts';
import { renderPrerequisites } from '../core/prerequisites-text.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { NewRow, TranscriptRow } from '../protocol/transcript.ts';
import type { Database } from './tables.ts';
import { readTaskEnds } from './task-ends.ts';
import { makeRow, toJsonRecord } from './transcript-row.ts';

const KEY = ['workspace', 'session', 'task', 'turn', 'step', 'ordinal'] as const;
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

/** Named, so that a column that a newer version has added gets its default. */
export const columns = sql.join([...KEY, ...CONTENT].map((column) => sql.id(column)));

const replaceContent = sql.join(CONTENT.map((column) => sql`${sql.id(column)} = excluded.${sql.id(column)}`));

/**
 * `on conflict …`: a row that is there stays as it is; one with another id, which an attempt that the workflow gave up
 * left at the same place, is replaced: what stands where is for the workflow to say.
 */
export const orReplaceAnother = sql`
  on conflict (${sql.join(KEY.map((column) => sql.id(column)))})
  do update set ${replaceContent} where transcript_rows.id <> excluded.id`;

/** Rows, as `toJsonRecord` has them, as something to select from. */
export function asRecords(rows: readonly string[]): RawBuilder<unknown> {
  return sql`json_populate_recordset(null::transcript_rows, ${`[${rows.join(',')}]`}::json)`;
}

/** Stores rows that were born in a workflow, what tasks said written out. */
export async function insertRows(
  db: Kysely<Database>,
  conversation: ConversationId,
  rows: readonly NewRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const written = await writeOutAll(db, conversation, rows);
  const records = asRecords(written.map((row) => toJsonRecord(conversation, row)));
  await sql`insert into transcript_rows (${columns}) select ${columns} from ${records} as born ${orReplaceAnother}`.execute(
    db,
  );
}

/** The rows as they are stored: what tasks said, which workflows name by reference, is written out. */
export async function writeOutAll(
  db: Kysely<Database>,
  conversation: ConversationId,
  rows: readonly NewRow[],
): Promise<TranscriptRow[]> {
  const written = [];
  for (const row of rows) written.push(await writeOut(db, conversation, row));
  return written;
}

async function writeOut(
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
