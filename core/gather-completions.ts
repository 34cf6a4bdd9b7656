/**
 * When a follow-up waits a moment for more to tell. A lone task's end is told at once; where others run, their ends
 * often come close together (they were started together), and one follow-up tells of all of them.
 */
import type { ConversationState, TaskRecord } from './conversation-state.ts';

/** Spec: "ten tasks that end within a second give one follow-up". From the first end on, however many come. */
export const GATHER_COMPLETIONS_MS = 1000;

/** Whether nothing but ends of tasks waits for a turn, and more of them may come. */
export function mayGatherCompletions(state: ConversationState): boolean {
  if (state.status !== 'open' || state.wrapsUp || state.turnOpen || state.inbox.length === 0) return false;
  if (state.inbox.some(({ kind }) => kind !== 'completion')) return false;
  return state.tasks.some((task) => mayEndSoon(state, task));
}

function mayEndSoon(state: ConversationState, task: TaskRecord): boolean {
  const isStarting = task.status === 'queued' && task.launch === 'starting';
  const isAtWork = isStarting || task.status === 'running' || task.status === 'cancelling';
  if (!isAtWork || task.notify === 'never') return false;
  // One that waited for a task that is told now has just begun.
  return !state.inbox.some((item) => item.kind === 'completion' && task.dependsOn.includes(item.task));
}
