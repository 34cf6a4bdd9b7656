/** Words for a task: accepted by its starter, passed on in order, and confirmed by the step that was the first to see them. */
import type { SendMessage, SteerReceipt } from '../protocol/session-messages.ts';
import { isTerminal } from '../protocol/task.ts';
import type { SteerMode, TaskStatus } from '../protocol/task.ts';
import { findTask } from './conversation-state.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';
import { giveOrder } from './give-order.ts';
import { continueTask } from './hold-task.ts';
import type { TurnPorts } from './ports.ts';
import { waitsFor } from './waits-for.ts';

/** What may wait for a task, in characters of JSON: as much as may wait for a turn. */
const HELD_LIMIT = 256 * 1024;

/** Whether it still takes words: they would come too late for one that is being stopped. */
export function takesMessages(status: TaskStatus): boolean {
  return !isTerminal(status) && status !== 'cancelling';
}

/** For a task that asks they are the answer: it goes on. */
export function messageTask(
  state: ConversationState,
  ports: Pick<TurnPorts, 'record' | 'deliverOrders' | 'launchTasks'>,
  task: TaskRecord,
  { message, mode }: { message: SendMessage; mode: SteerMode },
): void {
  ports.record({ type: 'task.steering', task: task.id, message: message.id, mode });
  const words: SendMessage = mode === 'interrupt' ? { ...message, delivery: 'interrupt' } : message;
  giveOrder(state, ports, task, { kind: 'message', message: words });
  if (task.status === 'waiting_input' && waitsFor(task) === null) continueTask(state, ports, task);
}

/** Those that wait for its start: it gets them with it, so that its first step sees them. */
export function takeHeldMessages(state: ConversationState, task: string): SendMessage[] {
  const held = state.undelivered[task] ?? [];
  const orders = held.filter(({ kind }) => kind !== 'message');
  if (orders.length > 0) state.undelivered[task] = orders;
  else delete state.undelivered[task];
  return held.flatMap((order) => (order.kind === 'message' ? [order.message] : []));
}

/** Whether more waits for the task already than it may be given at once. */
export function isOverfull(state: ConversationState, task: string): boolean {
  return JSON.stringify(state.undelivered[task] ?? []).length > HELD_LIMIT;
}

/** A task's receipt; one that comes twice, or of a message that is not known, changes nothing. */
export function confirmMessage(
  state: ConversationState,
  ports: Pick<TurnPorts, 'record'>,
  { task, message, turn, step }: SteerReceipt & { task: string },
): void {
  if (findTask(state, task)?.steering.includes(message) !== true) return;
  ports.record({ type: 'task.steered', task, message, turn, appliedAtStep: step });
}

/** What a task that has ended never took: said, so that nothing is lost in silence. */
export function tellMissedMessages(ports: Pick<TurnPorts, 'record'>, task: TaskRecord): void {
  for (const message of task.steering) {
    ports.record({ type: 'task.steered', task: task.id, message, turn: null, appliedAtStep: null });
  }
}
