import { condition } from '@temporalio/workflow';
import type { ConversationState } from '../core/conversation-state.ts';
import { markKept, unkeptStatuses } from '../core/kept-status.ts';
import * as activities from './durable-activities.ts';

/** Tells the store where tasks stand, one write after the other: of what changed meanwhile the latest counts. */
export async function keepStatuses(state: ConversationState): Promise<void> {
  for (;;) {
    await condition(() => unkeptStatuses(state).length > 0);
    const tasks = unkeptStatuses(state);
    await activities.keepStatuses({ tasks });
    markKept(state, tasks);
  }
}
