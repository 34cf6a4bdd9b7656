/** Replaying what a test has made, or what was stored, against the workflow code of this run. */
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';

export interface ReplayedRun {
  workflowId: string;
  /** As the server gives it, or as JSON. */
  history: unknown;
}

/** A replay tells nobody. */
const silent = { fn: () => undefined, callDuringReplay: false };
const sinks = { offstage: { poke: silent, abort: silent, reach: silent } };

/** Every run of a session, of its hooks and of its tasks, the latest run of each first. */
export async function fetchRuns(client: Client, session: string): Promise<ReplayedRun[]> {
  const ids = new Set([session]);
  const query = `WorkflowId STARTS_WITH "${session}/"`;
  for await (const { workflowId } of client.workflow.list({ query })) ids.add(workflowId);
  const runs: ReplayedRun[] = [];
  for (const workflowId of ids) {
    let runId: string | undefined;
    do {
      const history = await fetchHistory(client, workflowId, runId);
      if (history === null) break;
      if (hasBegun(history)) runs.push({ workflowId, history });
      const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
      runId = started?.continuedExecutionRunId || undefined;
    } while (runId !== undefined);
  }
  return runs;
}

/**
 * A run that continues one of less than a second ago waits for its first workflow task. There is nothing to replay in it,
 * and the SDK would wait for ever.
 */
function hasBegun({ events }: History): boolean {
  return events?.some(({ workflowTaskScheduledEventAttributes: task }) => Boolean(task)) ?? false;
}

/** Whether Temporal does not know a workflow, which it says in two ways. */
function isGone(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || (error as { code?: number }).code === 5;
}

/** Null for one that a test deleted. */
async function fetchHistory(client: Client, workflowId: string, runId: string | undefined) {
  try {
    return await client.workflow.getHandle(workflowId, runId).fetchHistory();
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/** Throws on the first run that does not replay. */
export async function replayRuns(bundle: { code: string }, runs: readonly ReplayedRun[]): Promise<void> {
  const replays = Worker.runReplayHistories({ workflowBundle: bundle, sinks }, runs);
  for await (const { workflowId, error } of replays) {
    if (error !== undefined)
      throw new Error(`${workflowId} does not replay: ${error.message}`, { cause: error });
  }
}
