import { isTerminal } from '../../protocol/task.ts';
import { messageTask } from '../message-task.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';
import { findOwnTask, notFoundWords } from './task-words.ts';

/** Words for a task that has not ended: it reads them at its next step. */
export function messageBackgroundAgent(
  { state, ports, dialect }: ToolCallSituation,
  { task: id, message: text }: { task: string; message: string },
): ToolAnswer {
  const task = findOwnTask(state, id);
  if (task === undefined) return { outcome: 'error', text: notFoundWords(id) };
  if (isTerminal(task.status)) {
    const status = dialect.statusWord(task.status);
    const words = `${task.id} is not running: its status is ${status}. Start a new task instead.`;
    return { outcome: 'error', text: words };
  }
  const message = ports.newMessageId();
  messageTask(state, ports, task, { id: message, hash: message, content: [{ type: 'text', text }] });
  return { outcome: 'ok', text: `Accepted: ${task.id} reads it at its next step.` };
}
