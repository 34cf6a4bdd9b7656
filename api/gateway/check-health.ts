import type { Client, Connection } from '@temporalio/client';
import { withinDeadline } from './deadline.ts';
import type { GatewayHealth } from './gateway.ts';

const DEADLINE_MS = 3000;
/** A worker polls at least once a minute; one that has not is gone. */
const POLLED_WITHIN_MS = 70_000;
const WORKFLOW_QUEUE = 1;

export async function checkHealth(
  client: Client,
  mainQueue: string,
  backgroundQueue: string,
): Promise<GatewayHealth> {
  const [mainWorker, backgroundWorker] = await Promise.all([
    hasWorker(client, mainQueue),
    hasWorker(client, backgroundQueue),
  ]);
  return {
    temporal: mainWorker !== null && backgroundWorker !== null,
    mainWorker: mainWorker === true,
    backgroundWorker: backgroundWorker === true,
  };
}

/** Null when Temporal does not answer. */
async function hasWorker(client: Client, taskQueue: string): Promise<boolean | null> {
  try {
    const { pollers } = await withinDeadline(
      client.connection as Connection,
      { milliseconds: DEADLINE_MS, what: `Looking for workers of ${taskQueue}` },
      () =>
        client.workflowService.describeTaskQueue({
          namespace: client.options.namespace,
          taskQueue: { name: taskQueue },
          taskQueueType: WORKFLOW_QUEUE,
        }),
    );
    const recently = Date.now() - POLLED_WITHIN_MS;
    return (pollers ?? []).some((poller) => Number(poller.lastAccessTime?.seconds ?? 0) * 1000 > recently);
  } catch {
    return null;
  }
}
