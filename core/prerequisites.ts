/** What a task waits for before it starts: others of the same starter, however they end. */
import { isTerminal } from '../protocol/task.ts';
import type { TaskOutcome } from '../protocol/transcript.ts';
import { findTask } from './conversation-state.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';
import { toOutcome } from './place-inputs.ts';

/** Those that have not ended yet. Only tasks that exist can be named, so there are no cycles. */
export function openPrerequisites(state: ConversationState, task: TaskRecord): TaskRecord[] {
  return prerequisitesOf(state, task).filter(({ status }) => !isTerminal(status));
}

/** How they ended, for the task that begins with their results. */
export function toPrerequisites(state: ConversationState, task: TaskRecord): TaskOutcome[] {
  return prerequisitesOf(state, task).map(toOutcome);
}

/** The results of those that it waited for stand behind the task's own text, where its agent reads both at once. */
export function placePrerequisites(
  state: ConversationState,
  row: { id: string; at: number; tasks: TaskOutcome[] },
): void {
  const [turn, step, ordinal] = state.head;
  state.head = [turn, step, ordinal + 1];
  state.unstored.push({ kind: 'prerequisites', place: state.head, ...row });
}

function prerequisitesOf(state: ConversationState, task: TaskRecord): TaskRecord[] {
  return task.dependsOn.flatMap((id) => findTask(state, id) ?? []);
}
