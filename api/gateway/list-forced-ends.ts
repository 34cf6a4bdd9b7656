import type { Client, Connection } from '@temporalio/client';
import { toConversationId } from '../../protocol/ids.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import { withinDeadline } from './deadline.ts';

const STATUSES = "'Failed', 'Canceled', 'Terminated', 'TimedOut'";

/** Sessions whose workflow closed after `since` (milliseconds) by no end of its own, as the server's index has them. */
export function listForcedEnds(
  client: Client,
  since: number,
  milliseconds: number,
): Promise<ConversationId[]> {
  const after = new Date(since).toISOString();
  const query = `WorkflowType = 'session' AND ExecutionStatus IN (${STATUSES}) AND CloseTime > '${after}'`;
  const what = 'Asking which sessions were ended';
  return withinDeadline(client.connection as Connection, { milliseconds, what }, async () => {
    const found: ConversationId[] = [];
    for await (const { workflowId } of client.workflow.list({ query })) {
      // In a namespace that others use, too, their workflows may be of this name.
      if (workflowId.startsWith('ws/')) found.push(toConversationId(workflowId));
    }
    return found;
  });
}
