/** Passing words to a task: at once when its workflow runs, else as soon as it does. */
import type { SendMessage } from '../protocol/session-messages.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';
import type { TurnPorts } from './ports.ts';

type MessagePorts = Pick<TurnPorts, 'record' | 'messageTask'>;

export function messageTask(
  state: ConversationState,
  ports: MessagePorts,
  task: TaskRecord,
  message: SendMessage,
): void {
  ports.record({ type: 'task.steered', task: task.id, message: message.id });
  if (task.launch === 'started') ports.messageTask(task.id, message);
  else (state.undelivered[task.id] ??= []).push(message);
}

/** To be called when a task's workflow has started. */
export function deliverHeldMessages(state: ConversationState, ports: MessagePorts, task: string): void {
  const held = state.undelivered[task] ?? [];
  delete state.undelivered[task];
  for (const message of held) ports.messageTask(task, message);
}
