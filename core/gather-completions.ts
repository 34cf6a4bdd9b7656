/**
 * When a follow-up waits a moment for more to tell. A lone task's end is told at once; where others run, their ends
 * often come close together (they were started together), and one follow-up tells of all of them.
 */
import { findTask } from './conversation-state.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';
import type { InboxItem } from './inbox-item.ts';

/** Spec: "ten tasks that end within a second give one follow-up". From the first end on, however many come. */
export const GATHER_COMPLETIONS_MS = 1000;

/** Whether nothing but ends of tasks, or their want of budget, waits for a turn, and more of that may come. */
export function mayGatherCompletions(state: ConversationState): boolean {
  if (state.status !== 'open' || state.wrapsUp || state.turnOpen || state.inbox.length === 0) return false;
  if (state.inbox.some((item) => isUrgent(state, item))) return false;
  return state.tasks.some((task) => maySoonTell(state, task));
}

/** People wait for answers, and tasks for theirs. Tasks that use up one budget do so together. */
function isUrgent(state: ConversationState, item: InboxItem): boolean {
  if (item.kind === 'question') return findTask(state, item.task)?.shortage === undefined;
  return item.kind !== 'completion';
}

function maySoonTell(state: ConversationState, task: TaskRecord): boolean {
  const isStarting = task.status === 'queued' && task.launch === 'starting';
  const isAtWork = isStarting || task.status === 'running' || task.status === 'cancelling';
  // The end of one may not be to be told; its want of budget is.
  const isOfBudgets = state.inbox.some(({ kind }) => kind === 'question');
  if (!isAtWork || (task.notify === 'never' && !isOfBudgets)) return false;
  // One that waited for a task that is told now has just begun.
  return !state.inbox.some((item) => item.kind === 'completion' && task.dependsOn.includes(item.task));
}
