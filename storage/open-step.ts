/**
 * Who may write where. A conversation has a cursor: the newest run that opened a step, and that step. Runs are
 * ranked by when they were first seen, since a run that follows (rollover, reset) begins when the one before is over.
 */
import type { Transaction } from 'kysely';
import { sql } from 'kysely';
import { REFUSALS } from '../protocol/failures.ts';
import type { ConversationId } from '../protocol/ids.ts';
import { toConversationKey } from './conversation-key.ts';
import { refuseGoneSession, StoreError } from './store-error.ts';
import type { Database } from './tables.ts';

/** A step as a run of the workflow knows it. */
export interface StepOfRun {
  turn: number;
  step: number;
  /** Temporal's run id. */
  run: string;
}

interface Cursor extends StepOfRun {
  requestHash: string | null;
}

function refuse(place: StepOfRun, cursor: StepOfRun): StoreError {
  return new StoreError(
    REFUSALS.staleStep,
    `Turn ${place.turn}, step ${place.step} of run ${place.run} is over: ` +
      `turn ${cursor.turn}, step ${cursor.step} of run ${cursor.run} was opened since.`,
  );
}

function compareSteps(a: StepOfRun, b: StepOfRun): number {
  return a.turn - b.turn || a.step - b.step;
}

/** Moves the cursor to `place`; false when it was there. Throws StoreError `transcript.stale_step` when the place is over. */
export async function moveCursor(
  transaction: Transaction<Database>,
  conversation: ConversationId,
  place: StepOfRun & { requestHash?: string },
  /** What a reset takes back when a new run comes to a place that an older one had reached. */
  takeBack: 'the step and what follows' | 'what follows',
): Promise<boolean> {
  const { cursor, isFirst } = await lockCursor(transaction, conversation, place);
  if (cursor.run === place.run) {
    if (compareSteps(place, cursor) < 0) throw refuse(place, cursor);
  } else {
    if (!(await isNewRun(transaction, conversation, place.run))) throw refuse(place, cursor);
    if (compareSteps(place, cursor) <= 0) await removeRows(transaction, conversation, place, takeBack);
  }
  const sameStep = compareSteps(place, cursor) === 0 && cursor.run === place.run;
  const isNew = isFirst || !sameStep;
  const requestHash = place.requestHash ?? (sameStep ? cursor.requestHash : null);
  if (sameStep && requestHash === cursor.requestHash) return isNew;
  await transaction
    .updateTable('conversation_cursors')
    .set({
      run: place.run,
      turn: place.turn,
      step: place.step,
      request_hash: requestHash,
    })
    .where((eb) => eb.and(toConversationKey(conversation)))
    .execute();
  return isNew;
}

/**
 * Refuses (`transcript.stale_step`) what is not written to the step that is open, by the run that opened it, and,
 * with `requestHash`, for the request that it was opened for.
 */
export async function requireOpenStep(
  transaction: Transaction<Database>,
  conversation: ConversationId,
  place: StepOfRun,
  requestHash?: string,
): Promise<void> {
  const cursor = await readCursorForUpdate(transaction, conversation);
  if (cursor === undefined) {
    throw new StoreError(REFUSALS.staleStep, `Turn ${place.turn}, step ${place.step} was never opened.`);
  }
  if (cursor.run !== place.run || compareSteps(cursor, place) !== 0) throw refuse(place, cursor);
  const isOther =
    requestHash !== undefined && cursor.requestHash !== null && cursor.requestHash !== requestHash;
  if (isOther) {
    throw new StoreError(
      REFUSALS.staleStep,
      `Turn ${place.turn}, step ${place.step} was opened since with another request.`,
    );
  }
}

async function lockCursor(
  transaction: Transaction<Database>,
  conversation: ConversationId,
  place: StepOfRun,
): Promise<{ cursor: Cursor; isFirst: boolean }> {
  const known = await readCursorForUpdate(transaction, conversation);
  if (known !== undefined) return { cursor: known, isFirst: false };
  const key = toConversationKey(conversation);
  const first = await transaction
    .insertInto('conversation_cursors')
    .values({ ...key, run: place.run, turn: place.turn, step: place.step, request_hash: null })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  const isFirst = first.numInsertedOrUpdatedRows === 1n;
  if (isFirst) await isNewRun(transaction, conversation, place.run);
  const cursor = await readCursorForUpdate(transaction, conversation);
  // It goes with its session only.
  if (cursor === undefined) throw refuseGoneSession();
  return { cursor, isFirst };
}

/**
 * Holds the conversation's lock until the transaction ends, and before it the session's against its removal: rows that
 * are written under the lock refer to the session, and a removal takes both in this order.
 */
export async function readCursorForUpdate(
  transaction: Transaction<Database>,
  conversation: ConversationId,
): Promise<Cursor | undefined> {
  const { workspace, session, task } = toConversationKey(conversation);
  return transaction
    .selectFrom('sessions')
    .innerJoin('conversation_cursors as cursor', (join) =>
      join.onRef('cursor.workspace', '=', 'sessions.workspace').onRef('cursor.session', '=', 'sessions.id'),
    )
    .select(['cursor.run', 'cursor.turn', 'cursor.step', 'cursor.request_hash as requestHash'])
    .where('sessions.workspace', '=', workspace)
    .where('sessions.id', '=', session)
    .where('cursor.task', '=', task)
    .forKeyShare('sessions')
    .forUpdate('cursor')
    .executeTakeFirst();
}

/** Remembers the run; false when it was seen before. */
async function isNewRun(
  transaction: Transaction<Database>,
  conversation: ConversationId,
  run: string,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto('seen_runs')
    .values({ ...toConversationKey(conversation), run })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

async function removeRows(
  transaction: Transaction<Database>,
  conversation: ConversationId,
  place: StepOfRun,
  takeBack: 'the step and what follows' | 'what follows',
): Promise<void> {
  const here = sql`(${place.turn}::integer, ${place.step}::integer)`;
  await transaction
    .deleteFrom('transcript_rows')
    .where((eb) => eb.and(toConversationKey(conversation)))
    .where(
      takeBack === 'what follows'
        ? sql<boolean>`(turn, step) > ${here}`
        : sql<boolean>`(turn, step) >= ${here}`,
    )
    // The text of a task was written by its starter before any run: no run of the task would write it again.
    .where(sql<boolean>`not (task <> '' and (turn, step, ordinal) = (1, 1, 0))`)
    .execute();
  await transaction
    .deleteFrom('partial_outputs')
    .where((eb) => eb.and(toConversationKey(conversation)))
    .execute();
}
