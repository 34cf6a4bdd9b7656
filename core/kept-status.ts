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
    .filter((task) => isToBeKept(task) && toKept(toKeptStatus(task)) !== task.kept)
    .map(toKeptStatus);
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

function toKeptStatus({ id, status, asks, shortage }: TaskRecord): KeptStatus {
  return { task: id, status, asks, ...(shortage === undefined ? {} : { shortage }) };
}

function toKept({ status, asks, shortage }: KeptStatus): string {
  if (asks !== null) return `${status} ${asks.turn}.${asks.step}`;
  return shortage === undefined ? status : `${status} ${shortage.scope} ${shortage.limit} ${shortage.unit}`;
}
