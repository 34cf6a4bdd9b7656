import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Connection, WorkflowUpdateHandle } from '@temporalio/client';
import {
  ApplicationFailure,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateStage,
} from '@temporalio/client';
import { REFUSALS } from '../../protocol/failures.ts';
import type { UpdateArguments, UpdateResults } from '../../protocol/session-messages.ts';
import { isAway, withinDeadline } from './deadline.ts';
import { Refused, TemporalAway, WorkflowGone } from './failures.ts';

/** A run that continues as new is gone for a few milliseconds. */
const PAUSE_MS = 30;
const REFUSED_WITHIN_MS = 5;
/**
 * The server's types of failure for an update that its run accepted and did not live to answer, and for one that a
 * worker gave back as if it had not seen it. Either is sent again: what it may have done is known by its id.
 */
const UNANSWERED = ['AcceptedUpdateCompletedWorkflow', 'UnprocessedUpdate'];

export interface UpdateCall<Name extends keyof UpdateArguments> {
  workflowId: string;
  name: Name;
  argument: UpdateArguments[Name];
  /** The same id again gives the first answer, as long as the run lives. */
  updateId: string;
  deadlineMs: number;
  /** Called once it is in history and has not been refused, however long its answer takes. */
  onAccepted?: (() => void) | undefined;
}

/**
 * Sends an update and waits for its answer. What meets a run that is closing to continue as new is sent again
 * with the same id until the next run answers, which knows the ids that were accepted before.
 */
export function runUpdate<Name extends keyof UpdateArguments>(
  client: Client,
  call: UpdateCall<Name>,
): Promise<UpdateResults[Name]> {
  return sendUntilTaken(client, call, async () => readAnswer(await sendUpdate(client, call), call));
}

/**
 * As `runUpdate`, for an answer that may take longer than the deadline, which is for its acceptance alone. Null: it was
 * accepted, and there is no answer, or nobody wants it any more.
 *
 * Asking for the answer at once, in the one call, would hide whether anybody has accepted it: the server holds such a
 * call for up to 20 s, and a second one with the same id would have to find that out.
 */
export async function runPatientUpdate<Name extends keyof UpdateArguments>(
  client: Client,
  call: UpdateCall<Name>,
  signal: AbortSignal,
): Promise<UpdateResults[Name] | null> {
  const handle = await sendUntilTaken(client, call, () => sendUpdate(client, call));
  const isOver = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const answer = (client.connection as Connection).withAbortSignal(signal, () => readAnswer(handle, call));
  try {
    return await Promise.race([answer, isOver]);
  } catch (error) {
    const refused = toRefused(error);
    if (refused !== null && !isSentAgain(refused)) throw refused;
    if (refused !== null || isAway(error) || error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

async function sendUntilTaken<Name extends keyof UpdateArguments, T>(
  client: Client,
  call: UpdateCall<Name>,
  send: () => Promise<T>,
): Promise<T> {
  const end = Date.now() + call.deadlineMs;
  for (;;) {
    const left = end - Date.now();
    if (left <= 0) throw new TemporalAway(describe(call));
    try {
      return await withinDeadline(
        client.connection as Connection,
        { milliseconds: left, what: describe(call) },
        send,
      );
    } catch (error) {
      await explain(error, client, call, Math.max(1, end - Date.now()));
    }
    await sleep(PAUSE_MS);
  }
}

function sendUpdate<Name extends keyof UpdateArguments>(
  client: Client,
  { workflowId, name, argument, updateId }: UpdateCall<Name>,
): Promise<WorkflowUpdateHandle<UpdateResults[Name]>> {
  return client.workflow
    .getHandle(workflowId)
    .startUpdate<UpdateResults[Name], [UpdateArguments[Name]]>(name, {
      args: [argument],
      updateId,
      waitForStage: WorkflowUpdateStage.ACCEPTED,
    });
}

async function readAnswer<Name extends keyof UpdateArguments>(
  handle: WorkflowUpdateHandle<UpdateResults[Name]>,
  { onAccepted }: UpdateCall<Name>,
): Promise<UpdateResults[Name]> {
  const answer = handle.result();
  if (onAccepted !== undefined) {
    // A refusal is there with the start; what is not there a moment later is an answer that takes its time.
    await Promise.race([answer, sleep(REFUSED_WITHIN_MS)]);
    onAccepted();
  }
  return answer;
}

/** Returns when the update should be sent again, else throws what the caller should know. */
async function explain(
  error: unknown,
  client: Client,
  { workflowId }: { workflowId: string },
  leftMs: number,
): Promise<void> {
  const requireRun = async (): Promise<void> => {
    if (!(await isRunning(client, workflowId, leftMs))) throw new WorkflowGone(workflowId);
  };
  if (error instanceof WorkflowNotFoundError) return requireRun();
  const refused = toRefused(error);
  if (refused === null) throw error;
  if (!isSentAgain(refused)) throw refused;
  // To a workflow that is over the server would say the same again and again.
  if (refused.type !== REFUSALS.rollingOver) return requireRun();
}

/** What the workflow, or the server in its place, says instead of an answer. */
function toRefused(error: unknown): Refused | null {
  if (!(error instanceof WorkflowUpdateFailedError)) return null;
  const failure = error.cause;
  return failure instanceof ApplicationFailure
    ? new Refused(failure.type ?? 'unknown', failure.message)
    : null;
}

function isSentAgain({ type }: Refused): boolean {
  return type === REFUSALS.rollingOver || UNANSWERED.includes(type);
}

async function isRunning(client: Client, workflowId: string, leftMs: number): Promise<boolean> {
  try {
    const description = await withinDeadline(
      client.connection as Connection,
      { milliseconds: leftMs, what: `Looking for ${workflowId}` },
      () => client.workflow.getHandle(workflowId).describe(),
    );
    return description.status.name === 'RUNNING' || description.status.name === 'CONTINUED_AS_NEW';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

function describe(call: { name: string; workflowId: string }): string {
  return `${call.name} of ${call.workflowId}`;
}
