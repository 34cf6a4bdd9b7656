/**
 * What nearly every step writes, in one statement each: a round trip instead of five. Each gives null where anything is
 * out of the ordinary (a repeat, a reset, a step or a session that is over), and has written nothing then.
 */
import type { Kysely, RawBuilder, Selectable } from 'kysely';
import { sql } from 'kysely';
import type { ConversationId } from '../protocol/ids.ts';
import type { Place, TranscriptRow } from '../protocol/transcript.ts';
import { toConversationKey } from './conversation-key.ts';
import { asRecords, columns, orReplaceAnother } from './insert-rows.ts';
import type { StepOfRun } from './open-step.ts';
import type { Database, TranscriptRowsTable } from './tables.ts';
import { toJsonRecord, toRow } from './transcript-row.ts';

type TranscriptRecord = Selectable<TranscriptRowsTable>;

/** Which rows are read with a step: those after the first place (null: from the beginning) up to the second one. */
export interface RowsOfStep {
  after: Place | null;
  upTo: Place;
}

/**
 * Opens a step that follows the open one of the same run, or is the conversation's first; stores the rows that the
 * workflow brings along; gives those that were asked for.
 */
export async function openNextStep(
  db: Kysely<Database>,
  conversation: ConversationId,
  { turn, step, run }: StepOfRun,
  born: readonly TranscriptRow[],
  { after, upTo }: RowsOfStep,
): Promise<TranscriptRow[] | null> {
  const { workspace, session, task } = toConversationKey(conversation);
  const place = sql`(${turn}::integer, ${step}::integer)`;
  const records = asRecords(born.map((row) => toJsonRecord(conversation, row)));
  const isWanted = sql`(turn, step, ordinal) <= ${placeOf(upTo)}
    and ${after === null ? sql`true` : sql`(turn, step, ordinal) > ${placeOf(after)}`}`;
  // What the statement adds is not seen by its own select.
  const { rows } = await sql<{ [K in keyof TranscriptRecord]: TranscriptRecord[K] | null }>`
    with held as (${holdSession(conversation)}),
    first as (
      insert into conversation_cursors (workspace, session, task, run, turn, step)
      select ${workspace}, ${session}, ${task}, ${run}, ${turn}::integer, ${step}::integer from held
      on conflict do nothing
      returning 1
    ),
    seen as (
      insert into seen_runs (workspace, session, task, run)
      select ${workspace}, ${session}, ${task}, ${run} from first
      on conflict do nothing
    ),
    following as (
      update conversation_cursors set turn = ${turn}, step = ${step}, request_hash = null from held
      where ${isOf(conversation)} and run = ${run} and (turn, step) < ${place}
      returning 1
    ),
    opened as (select * from first union all select * from following),
    added as (
      insert into transcript_rows (${columns})
      select ${columns} from opened, ${records} as row
      ${orReplaceAnother}
      returning *
    ),
    known as (
      select * from transcript_rows where ${isOf(conversation)} and ${isWanted}
      and (turn, step, ordinal) not in (select turn, step, ordinal from added)
      union all
      select * from added where ${isWanted}
    )
    select known.* from opened left join known on true order by turn, step, ordinal`.execute(db);
  if (rows.length === 0) return null;
  return rows.filter((record): record is TranscriptRecord => record.id !== null).map(toRow);
}

/** Stores the first reply to the open step of this run, and drops the partial output of its call. */
export async function commitFirstReply(
  db: Kysely<Database>,
  conversation: ConversationId,
  reply: { row: TranscriptRow; run: string; requestHash: string },
): Promise<TranscriptRecord | null> {
  const { row, run, requestHash } = reply;
  const [turn, step] = row.place;
  const record = asRecords([toJsonRecord(conversation, row, requestHash)]);
  const { rows } = await sql<TranscriptRecord>`
    with held as (${holdSession(conversation)}),
    opened as (
      select from conversation_cursors, held
      where ${isOf(conversation)} and run = ${run} and turn = ${turn} and step = ${step}
      and coalesce(request_hash = ${requestHash}, true)
      for update of conversation_cursors
    ),
    added as (
      insert into transcript_rows (${columns})
      select ${columns} from opened, ${record} as row
      where not exists (
        select from transcript_rows
        where ${isOf(conversation)} and turn = ${turn} and step = ${step} and kind = 'assistant'
      )
      on conflict do nothing
      returning *
    ),
    dropped as (
      delete from partial_outputs where ${isOf(conversation)} and exists (select from added)
    )
    select * from added`.execute(db);
  return rows[0] ?? null;
}

/** Against the session's removal, before anything of it is locked: a removal takes both in this order. */
function holdSession({ workspace, session }: ConversationId): RawBuilder<unknown> {
  return sql`select from sessions where workspace = ${workspace} and id = ${session} for key share`;
}

function isOf(conversation: ConversationId): RawBuilder<unknown> {
  const { workspace, session, task } = toConversationKey(conversation);
  return sql`workspace = ${workspace} and session = ${session} and task = ${task}`;
}

const placeOf = ([turn, step, ordinal]: Place): RawBuilder<unknown> =>
  sql`(${turn}::integer, ${step}::integer, ${ordinal}::integer)`;
