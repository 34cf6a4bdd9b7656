import type { SteerMode } from '../../protocol/task.ts';
import type { TaskRecord } from '../conversation-state.ts';
import { isOverfull, messageTask, takesMessages } from '../message-task.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';
import { findOwnTask, notFoundWords } from './task-words.ts';

/** Words for a task that has not ended: it reads them at its next step, or at once. */
export function messageBackgroundAgent(
  { state, ports, dialect }: ToolCallSituation,
  { task: id, message: text, mode = 'append' }: { task: string; message: string; mode?: SteerMode },
): ToolAnswer {
  const task = findOwnTask(state, id);
  if (task === undefined) return { outcome: 'error', text: notFoundWords(id) };
  if (!takesMessages(task.status)) {
    const status = dialect.statusWord(task.status);
    const words = `${task.id} is not running: its status is ${status}. Start a new task instead.`;
    return { outcome: 'error', text: words };
  }
  if (isOverfull(state, id)) {
    return {
      outcome: 'error',
      text: `too much waits for ${id} already: try again when it has read some of it`,
    };
  }
  const isAnswer = task.asks !== null;
  const when = readsWhen(task, mode);
  const message = ports.newMessageId();
  const content = [{ type: 'text' as const, text }];
  messageTask(state, ports, task, { message: { id: message, hash: message, content }, mode });
  if (isAnswer) return { outcome: 'ok', text: `Accepted: ${task.id} takes it as the answer and goes on.` };
  return { outcome: 'ok', text: `Accepted: ${task.id} reads it ${when}.` };
}

function readsWhen({ status, startedAt }: TaskRecord, mode: SteerMode): string {
  if (status === 'queued' && startedAt === null) return 'when it begins';
  if (status !== 'running') return 'when it goes on';
  return mode === 'append' ? 'at its next step' : 'now: its running step is interrupted';
}
