/**
 * What lists over all sessions show is read from the store. It knows by itself of a task's queueing, start and end; of
 * tasks that stand still, or are being stopped, it has to be told, and from then on of all that becomes of them.
 */
import type { KeptStatus } from '../protocol/activities.ts';
import { isTerminal } from '../protocol/task.ts';
import { findTask } from './conversation-state.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';

/** What the store does not know yet. */
export function unkeptStatuses(state: ConversationState): KeptStatus[] {
  return state.tasks
    .filter((task) => isToBeKept(task) && toKept(task) !== task.kept)
    .map(({ id, status, asks }) => ({ task: id, status, asks }));
}

/** The store knows this by now. */
export function markKept(state: ConversationState, statuses: readonly KeptStatus[]): void {
  for (const known of statuses) {
    const task = findTask(state, known.task);
    if (task !== undefined) task.kept = toKept(known);
  }
}

function isToBeKept({ status, launch, kept }: TaskRecord): boolean {
  const isStored = launch !== 'unopened';
  const isOrdinary = status === 'queued' || status === 'running';
  return isStored && !isTerminal(status) && (kept !== null || !isOrdinary);
}

function toKept({ status, asks }: Pick<TaskRecord, 'status' | 'asks'>): string {
  return asks === null ? status : `${status} ${asks.turn}.${asks.step}`;
}
