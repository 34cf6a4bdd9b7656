/** Which workflow an activity works for. */
import { activityInfo } from '@temporalio/activity';
import { toConversationId } from '../protocol/ids.ts';
import type { ConversationId } from '../protocol/ids.ts';

export function currentRun(): string {
  return currentWorkflow().runId;
}

export function currentConversation(): ConversationId {
  return toConversationId(currentWorkflow().workflowId);
}

function currentWorkflow(): { workflowId: string; runId: string } {
  const { workflowExecution } = activityInfo();
  if (workflowExecution === undefined) throw new Error('This activity does not run for a workflow.');
  return workflowExecution;
}
