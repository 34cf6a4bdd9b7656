import type { TaskOrder } from '../protocol/session-messages.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';
import type { TurnPorts } from './ports.ts';

/** Orders reach a task one after the other, in the order in which they were given; before its start they wait. */
export function giveOrder(
  state: ConversationState,
  ports: Pick<TurnPorts, 'deliverOrders'>,
  task: TaskRecord,
  order: TaskOrder,
): void {
  (state.undelivered[task.id] ??= []).push(order);
  ports.deliverOrders(task.id);
}
