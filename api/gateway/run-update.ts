import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Connection } from '@temporalio/client';
import {
  ApplicationFailure,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateStage,
} from '@temporalio/client';
import { REFUSALS } from '../../protocol/failures.ts';
import type { UpdateArguments, UpdateResults } from '../../protocol/session-messages.ts';
import { withinDeadline } from './deadline.ts';
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
export async function runUpdate<Name extends keyof UpdateArguments>(
  client: Client,
  call: UpdateCall<Name>,
): Promise<UpdateResults[Name]> {
  const end = Date.now() + call.deadlineMs;
  for (;;) {
    const left = end - Date.now();
    if (left <= 0) throw new TemporalAway(describe(call));
    try {
      return await withinDeadline(
        client.connection as Connection,
        { milliseconds: left, what: describe(call) },
        () => sendUpdate(client, call),
      );
    } catch (error) {
      await explain(error, client, call, Math.max(1, end - Date.now()));
    }
    await sleep(PAUSE_MS);
  }
}

async function sendUpdate<Name extends keyof UpdateArguments>(
  client: Client,
  { workflowId, name, argument, updateId, onAccepted }: UpdateCall<Name>,
): Promise<UpdateResults[Name]> {
  const handle = await client.workflow
    .getHandle(workflowId)
    .startUpdate<UpdateResults[Name], [UpdateArguments[Name]]>(name, {
      args: [argument],
      updateId,
      waitForStage: WorkflowUpdateStage.ACCEPTED,
    });
  const answer = handle.result();
  if (onAccepted !== undefined) {
    // A refusal is there with the start; what is not there a moment later is an answer that takes its time.
    await Promise.race([answer, sleep(REFUSED_WITHIN_MS)]);
    onAccepted();
  }
  return answer;
}

/** Returns when the update should be sent again, else throws what the caller should know. */
async function explain<Name extends keyof UpdateArguments>(
  error: unknown,
  client: Client,
  call: UpdateCall<Name>,
  leftMs: number,
): Promise<void> {
  const requireRun = async (): Promise<void> => {
    if (!(await isRunning(client, call.workflowId, leftMs))) throw new WorkflowGone(call.workflowId);
  };
  if (error instanceof WorkflowNotFoundError) return requireRun();
  if (!(error instanceof WorkflowUpdateFailedError)) throw error;
  const failure = error.cause;
  if (!(failure instanceof ApplicationFailure)) throw error;
  const type = failure.type ?? 'unknown';
  if (type === REFUSALS.rollingOver) return;
  // To a workflow that is over the server would say the same again and again.
  if (UNANSWERED.includes(type)) return requireRun();
  throw new Refused(type, failure.message);
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
