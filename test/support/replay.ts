import type { Client } from '@temporalio/client';
import type { WorkerOptions } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';

/**
 * Replays every run of the given workflows against `bundle` and throws on the first that does not replay.
 * Follows continue-as-new backwards from the latest run, so a rolled-over session is replayed in full.
 * `options`: what the worker of the test set and replay needs too (data converter, interceptors, sinks).
 * Returns how many runs were replayed.
 */
export async function replayHistories(
  client: Client,
  workflowIds: readonly string[],
  bundle: { code: string },
  options: Pick<WorkerOptions, 'dataConverter' | 'interceptors' | 'sinks'> = {},
): Promise<number> {
  let replayed = 0;
  for (const workflowId of workflowIds) {
    let runId: string | undefined;
    do {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      await Worker.runReplayHistory({ ...options, workflowBundle: bundle }, history, workflowId);
      replayed += 1;
      const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
      runId = started?.continuedExecutionRunId || undefined;
    } while (runId !== undefined);
  }
  return replayed;
}
