/** The transcript of conversations: append-only rows in the order of their places. */
import type { Kysely, Selectable, SelectQueryBuilder, Transaction } from 'kysely';
import { sql } from 'kysely';
import type { StoredReply } from '../protocol/activities.ts';
import type { Usage } from '../protocol/content.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { NewRow, Place, ToolOutcomeName, TranscriptRow } from '../protocol/transcript.ts';
import { toConversationKey } from './conversation-key.ts';
import type { Page, PageRequest } from './cursor.ts';
import { readCursor, toPage } from './cursor.ts';
import { inTransaction, repeatLostRaces } from './in-transaction.ts';
import { asRecords, columns, insertRows, writeOutAll } from './insert-rows.ts';
import type { StepOfRun } from './open-step.ts';
import { moveCursor, requireOpenStep } from './open-step.ts';
import { RecentTranscripts } from './recent-transcripts.ts';
import { commitFirstReply, openNextStep } from './step-statements.ts';
import type { Database, TranscriptRowsTable } from './tables.ts';
import { readUsage } from './read-usage.ts';
import { makeRow, toJsonRecord, toRow, toStoredReply } from './transcript-row.ts';

/** A model's reply with what the transcript keeps beside it. */
export interface ReplyToCommit extends StoredReply {
  agent: string;
  at: number;
  run: string;
}

/** A tool's whole result. */
export interface ToolResultToPut {
  place: Place;
  id: string;
  call: string;
  tool: string;
  outcome: ToolOutcomeName;
  text: string;
  at: number;
  run: string;
}

type RowQuery = SelectQueryBuilder<Database, 'transcript_rows', Selectable<TranscriptRowsTable>>;

/** The types of a cursor's values. */
const FIRST_PLACE: Place = [1, 1, 0];

const placeOf = ([turn, step, ordinal]: Place) =>
  sql`(${turn}::integer, ${step}::integer, ${ordinal}::integer)`;

export class TranscriptStore {
  readonly #db: Kysely<Database>;
  readonly #recent = new RecentTranscripts();

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /**
   * Stores rows that were born in a workflow; what tasks said is written out. A row that is there stays as it is.
   */
  async append(conversation: ConversationId, rows: readonly NewRow[]): Promise<void> {
    if (rows.length === 0) return;
    await inTransaction(this.#db, (transaction) => insertRows(transaction, conversation, rows));
  }

  /**
   * Opens a step: from now on nothing is written to an earlier one. Opening the open step again changes nothing.
   * A run that was not seen before may come back to an earlier place (a reset): the rows from there on are removed.
   * Rows that the workflow brings along are stored as by `append`. Gives the rows up to `head`, of which another step of
   * the run reads what came since. Not new when it was open before: there may be a reply to it, see `claimStep`.
   * Throws StoreError `transcript.stale_step` for a step or a run that is over.
   */
  async openStep(
    conversation: ConversationId,
    { head, ...step }: StepOfRun & { head: Place },
    append: readonly NewRow[] = [],
  ): Promise<{ isNew: boolean; rows: readonly TranscriptRow[] }> {
    const born = await writeOutAll(this.#db, conversation, append);
    let isNew = true;
    const rows = await this.#recent.read(conversation, step.run, head, async (after) => {
      const range = { after, upTo: head };
      const known = await repeatLostRaces(() => openNextStep(this.#db, conversation, step, born, range));
      if (known !== null) return known;
      isNew = await this.#openAgain(conversation, step, append);
      return this.read(conversation, range);
    });
    return { isNew, rows };
  }

  #openAgain(conversation: ConversationId, step: StepOfRun, append: readonly NewRow[]): Promise<boolean> {
    return inTransaction(this.#db, async (transaction) => {
      const isNew = await moveCursor(transaction, conversation, step, 'the step and what follows');
      await insertRows(transaction, conversation, append);
      return isNew;
    });
  }

  /**
   * For an attempt at a step that was opened before. Gives the reply that is there; one that answers another request is
   * removed, and from then on only a reply with this hash can be committed. Throws as `openStep` does.
   */
  async claimStep(
    conversation: ConversationId,
    { requestHash, ...step }: StepOfRun & { requestHash: string },
  ): Promise<StoredReply | null> {
    return inTransaction(this.#db, async (transaction) => {
      await moveCursor(transaction, conversation, { ...step, requestHash }, 'the step and what follows');
      const reply = await findReply(transaction, conversation, step.turn, step.step);
      if (reply === null || reply.requestHash === requestHash) return reply;
      await transaction
        .deleteFrom('transcript_rows')
        .where((eb) => eb.and(toConversationKey(conversation)))
        .where(sql<boolean>`(turn, step, ordinal) >= ${placeOf(reply.place)}`)
        .execute();
      return null;
    });
  }

  async storedReply(conversation: ConversationId, turn: number, step: number): Promise<StoredReply | null> {
    return findReply(this.#db, conversation, turn, step);
  }

  /**
   * Stores the reply to the open step, unless there is one; gives what the store holds afterwards. The partial
   * output of the call is dropped. Throws StoreError `transcript.stale_step` when the step is not open for this
   * run, or was opened for another request.
   */
  async commitReply(conversation: ConversationId, reply: ReplyToCommit): Promise<StoredReply> {
    const row = makeRow({ ...reply, role: 'assistant', kind: 'assistant' });
    const { run, requestHash } = reply;
    const commit = (db: Kysely<Database>) => commitFirstReply(db, conversation, { row, run, requestHash });
    const committed = await repeatLostRaces(() => commit(this.#db));
    if (committed !== null) return requireReply(committed);
    return inTransaction(this.#db, async (transaction) => {
      const [turn, step] = reply.place;
      await requireOpenStep(transaction, conversation, { turn, step, run }, requestHash);
      const stored = await findReply(transaction, conversation, turn, step);
      return stored ?? requireReply(await commit(transaction));
    });
  }

  /** Stores a tool's result at its place, unless there is one; gives what the store holds afterwards. */
  async putToolResult(conversation: ConversationId, result: ToolResultToPut): Promise<TranscriptRow> {
    return inTransaction(this.#db, async (transaction) => {
      const [turn, step] = result.place;
      await moveCursor(transaction, conversation, { turn, step, run: result.run }, 'what follows');
      const row = makeRow({
        ...result,
        role: 'tool',
        kind: 'tool',
        content: [{ type: 'text', text: result.text }],
      });
      const records = asRecords([toJsonRecord(conversation, row)]);
      await sql`insert into transcript_rows (${columns}) select ${columns} from ${records} as result on conflict do nothing`.execute(
        transaction,
      );
      const stored = await selectRows(transaction, conversation)
        .where(sql<boolean>`(turn, step, ordinal) = ${placeOf(result.place)}`)
        .executeTakeFirstOrThrow();
      return toRow(stored);
    });
  }

  /** Rows in order, those after `after` (exclusive) up to `upTo` (inclusive). */
  async read(
    conversation: ConversationId,
    range: { after?: Place | null; upTo?: Place } = {},
  ): Promise<TranscriptRow[]> {
    let query = selectRows(this.#db, conversation);
    if (range.after) query = query.where(sql<boolean>`(turn, step, ordinal) > ${placeOf(range.after)}`);
    if (range.upTo) query = query.where(sql<boolean>`(turn, step, ordinal) <= ${placeOf(range.upTo)}`);
    return (await inOrder(query).execute()).map(toRow);
  }

  /** A page of the transcript from its beginning on. Throws StoreError `cursor.invalid`. */
  async page(conversation: ConversationId, { cursor, limit }: PageRequest): Promise<Page<TranscriptRow>> {
    let query = selectRows(this.#db, conversation);
    if (cursor !== undefined) {
      query = query.where(sql<boolean>`(turn, step, ordinal) > ${placeOf(readCursor(cursor, FIRST_PLACE))}`);
    }
    const records = await inOrder(query)
      .limit(limit + 1)
      .execute();
    return toPage(records.map(toRow), limit, (row) => row.place);
  }

  async message(conversation: ConversationId, id: string): Promise<TranscriptRow | null> {
    const [row] = await this.rowsByIds(conversation, [id]);
    return row ?? null;
  }

  /** The rows with these message ids, in the order of the transcript; unknown ids are left out. */
  async rowsByIds(conversation: ConversationId, ids: readonly string[]): Promise<TranscriptRow[]> {
    if (ids.length === 0) return [];
    const query = selectRows(this.#db, conversation).where('id', 'in', ids);
    return (await inOrder(query).execute()).map(toRow);
  }

  /** Rows that a workflow still has, in the form in which they will be read here. Stores nothing. */
  async preview(conversation: ConversationId, rows: readonly NewRow[]): Promise<TranscriptRow[]> {
    return writeOutAll(this.#db, conversation, rows);
  }

  /** What the calls of a session's conversations used, by task: see {@link readUsage}. */
  async usage(workspace: string, session: string): Promise<Map<string | null, Usage>> {
    return readUsage(this.#db, { workspace, session });
  }

  /** The results of these tool calls, in the order of the transcript; calls without one are left out. */
  async rowsByCalls(conversation: ConversationId, calls: readonly string[]): Promise<TranscriptRow[]> {
    if (calls.length === 0) return [];
    const query = selectRows(this.#db, conversation).where('call', 'in', calls);
    return (await inOrder(query).execute()).map(toRow);
  }
}

function selectRows(db: Kysely<Database>, conversation: ConversationId): RowQuery {
  return db
    .selectFrom('transcript_rows')
    .selectAll()
    .where((eb) => eb.and(toConversationKey(conversation)));
}

function inOrder(query: RowQuery): RowQuery {
  return query.orderBy('turn').orderBy('step').orderBy('ordinal');
}

async function findReply(
  db: Kysely<Database> | Transaction<Database>,
  conversation: ConversationId,
  turn: number,
  step: number,
): Promise<StoredReply | null> {
  const record = await selectRows(db, conversation)
    .where('turn', '=', turn)
    .where('step', '=', step)
    .where('kind', '=', 'assistant')
    .executeTakeFirst();
  return record === undefined ? null : toStoredReply(record);
}

function requireReply(record: Selectable<TranscriptRowsTable> | null): StoredReply {
  const reply = record === null ? null : toStoredReply(record);
  if (reply === null) throw new Error('The reply that was just stored is not there.');
  return reply;
}
