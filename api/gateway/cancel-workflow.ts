import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client, Connection } from '@temporalio/client';
import { withinDeadline } from './deadline.ts';

/** Asks it to stop; one that is over or gone is left as it is. */
export async function cancelWorkflow(
  client: Client,
  workflowId: string,
  milliseconds: number,
): Promise<void> {
  try {
    await withinDeadline(
      client.connection as Connection,
      { milliseconds, what: `Cancelling ${workflowId}` },
      () => client.workflow.getHandle(workflowId).cancel(),
    );
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
