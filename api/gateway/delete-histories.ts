import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';

const LOOK_EVERY_MS = 100;

interface Run {
  workflowId: string;
  runId: string;
}

/**
 * Deletes every run of these workflows. They get some time to end by themselves first, so that what they are doing
 * is not cut off in the middle; then they are terminated.
 */
export async function deleteHistories(
  client: Client,
  sessionWorkflowId: string,
  taskWorkflowIds: readonly string[],
  patienceMs: number,
): Promise<void> {
  const workflowIds = [sessionWorkflowId, ...taskWorkflowIds];
  const end = Date.now() + patienceMs;
  while (Date.now() < end && (await isAnyRunning(client, workflowIds))) await sleep(LOOK_EVERY_MS);
  for (const workflowId of workflowIds) await terminate(client, workflowId);
  for (const run of await listRuns(client, sessionWorkflowId)) {
    await terminate(client, run.workflowId);
    await deleteRun(client, run);
  }
  // What the index of the server does not list yet.
  for (const workflowId of workflowIds) await deleteRun(client, { workflowId, runId: '' });
}

/** A session's tasks have ids that begin with the session's. */
async function listRuns(client: Client, prefix: string): Promise<Run[]> {
  const runs: Run[] = [];
  for await (const { workflowId, runId } of client.workflow.list({
    query: `WorkflowId STARTS_WITH "${prefix}"`,
  })) {
    runs.push({ workflowId, runId });
  }
  return runs;
}

async function isAnyRunning(client: Client, workflowIds: readonly string[]): Promise<boolean> {
  for (const workflowId of workflowIds) {
    const description = await unlessGone(() => client.workflow.getHandle(workflowId).describe());
    if (description?.status.name === 'RUNNING') return true;
  }
  return false;
}

async function terminate(client: Client, workflowId: string): Promise<void> {
  await unlessGone(() => client.workflow.getHandle(workflowId).terminate('the session was deleted'));
}

async function deleteRun(client: Client, run: Run): Promise<void> {
  const { namespace } = client.options;
  await unlessGone(() =>
    client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: run }),
  );
}

async function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    const isGone = error instanceof WorkflowNotFoundError || (error as { code?: number }).code === 5;
    if (isGone) return undefined;
    throw error;
  }
}
