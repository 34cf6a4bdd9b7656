/** Continuing as new: what the store has to keep is written first, then nothing is awaited any more. */
import { allHandlersFinished, workflowInfo } from '@temporalio/workflow';
import type { ConversationState } from '../core/conversation-state.ts';
import { forgetArchived, mayRollOver, unarchivedEvents } from '../core/rollover.ts';
import type { ArchiveRequest } from '../protocol/activities.ts';
import type { RolloverThreshold } from '../protocol/task.ts';
import { archive } from './durable-activities.ts';

/** Whether this run is long enough, and nothing is under way that the next one could not take up. */
export function isRolloverDue(
  state: ConversationState,
  threshold: RolloverThreshold,
  turns: number,
): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  const isLong = turns >= threshold.turns || historyLength >= threshold.events || continueAsNewSuggested;
  return isLong && mayRollOver(state) && allHandlersFinished();
}

/** Writes events and rows that only the workflow has to the store, and forgets them. */
export async function archiveConversation(
  state: ConversationState,
  status?: ArchiveRequest['status'],
): Promise<void> {
  const events = unarchivedEvents(state);
  const append = state.unstored.slice();
  await archive({ ...state.id, events, append, ...(status === undefined ? {} : { status }) });
  forgetArchived(state, events.at(-1)?.offset ?? 0);
  state.unstored = state.unstored.filter((row) => !append.includes(row));
}
