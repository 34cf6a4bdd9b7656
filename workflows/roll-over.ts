/** Continuing as new: what the store has to keep is written first, then nothing is awaited any more. */
import { allHandlersFinished, workflowInfo } from '@temporalio/workflow';
import type { ConversationState } from '../core/conversation-state.ts';
import { forgetArchived, mayRollOver } from '../core/rollover.ts';
import type { ArchiveRequest } from '../protocol/activities.ts';
import type { Conversation } from './conversation.ts';
import { archive } from './durable-activities.ts';

/** Whether this run is long enough, and nothing is under way that the next one could not take up. */
export function isRolloverDue(conversation: Conversation, turns: number): boolean {
  const { state, launcher } = conversation;
  if (!isLongRun(conversation, turns)) return false;
  return mayRollOver(state) && !launcher.isWriting && allHandlersFinished();
}

export function isLongRun({ rollover: threshold }: Conversation, turns: number): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return turns >= threshold.turns || historyLength >= threshold.events || continueAsNewSuggested;
}

/** Has events and rows that only the workflow has written to the store, and forgets them. */
export async function archiveConversation(
  state: ConversationState,
  status?: ArchiveRequest['status'],
): Promise<void> {
  const { archivedOffset, offset } = state;
  const rows = state.unstored.slice();
  await archive({ from: archivedOffset + 1, to: offset, ...(status === undefined ? {} : { status }) });
  forgetArchived(state, offset);
  state.unstored = state.unstored.filter((row) => !rows.includes(row));
}
