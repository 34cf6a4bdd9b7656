import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client, Connection } from '@temporalio/client';
import { withinDeadline } from './deadline.ts';

/** Asks it to stop; false: it is over or gone, and is left as it is. */
export async function cancelWorkflow(
  client: Client,
  workflowId: string,
  milliseconds: number,
): Promise<boolean> {
  try {
    await withinDeadline(
      client.connection as Connection,
      { milliseconds, what: `Cancelling ${workflowId}` },
      () => client.workflow.getHandle(workflowId).cancel(),
    );
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return false;
  }
}
