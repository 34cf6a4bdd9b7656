import type { SteerMode } from '../../protocol/task.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';
import { messageTask, takesMessages } from '../message-task.ts';
import { findOwnTask, notFoundWords, statusWord } from './task-words.ts';

/** Words for a task that has not ended: it reads them at its next step, or at once. */
export function messageBackgroundAgent({ state, ports, call }: ToolCallSituation): ToolAnswer {
  const task = findOwnTask(state, call.arguments['task_id']);
  if (task === undefined) return { outcome: 'error', text: notFoundWords(String(call.arguments['task_id'])) };
  if (!takesMessages(task.status)) {
    const text = `${task.id} is not running: its status is ${statusWord(task.status)}. Start a new task instead.`;
    return { outcome: 'error', text };
  }
  const text = String(call.arguments['message']);
  const id = ports.newMessageId();
  const mode = (call.arguments['mode'] ?? 'append') as SteerMode;
  messageTask(state, ports, task, { message: { id, hash: id, content: [{ type: 'text', text }] }, mode });
  const when = mode === 'append' ? 'at its next step' : 'now: its running step is interrupted';
  return { outcome: 'ok', text: `Accepted: ${task.id} reads it ${when}.` };
}
