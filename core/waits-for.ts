/** What a task stands still for beside a pause: an answer, or a larger budget. It waits for one thing at a time. */
import type { AwaitedThing } from '../protocol/task.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';

export function waitsFor({ asks, shortage }: { asks: unknown; shortage?: unknown }): AwaitedThing | null {
  if (asks !== null) return 'answer';
  return shortage == null ? null : 'budget';
}

/** It asks, in its starter's eyes; one that is paused stays so. To be called when what it waits for is set. */
export function beginToWait(state: ConversationState, task: TaskRecord): void {
  if (task.status !== 'paused') task.status = 'waiting_input';
  dropNews(state, task.id);
  state.inbox.push({ kind: 'question', task: task.id });
}

/** It has what it asked for, or no use for it any more. */
export function waitNoLonger(state: ConversationState, task: TaskRecord): void {
  task.asks = null;
  delete task.shortage;
  dropNews(state, task.id);
}

/** What there was to tell of a task that has not ended. */
function dropNews(state: ConversationState, id: string): void {
  state.inbox = state.inbox.filter(
    (item) => (item.kind !== 'question' && item.kind !== 'nudge') || item.task !== id,
  );
}
