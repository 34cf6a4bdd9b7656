import { isTerminal } from '../../protocol/task.ts';
import { requestStop, toReceipt } from '../stop-task.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';
import { findOwnTask, notFoundWords } from './task-words.ts';

/** A stop that takes longer than this is answered as `cancelling`; its end is told like any other. */
const QUIET_WITHIN_MS = 60_000;

/** Waits until the task and all below it are quiet, so that "stopped" is true when it is said. */
export async function stopBackgroundAgent(
  { state, ports, dialect }: ToolCallSituation,
  { task: id }: { task: string },
): Promise<ToolAnswer> {
  const task = findOwnTask(state, id);
  if (task === undefined) return { outcome: 'error', text: notFoundWords(id) };
  if (isTerminal(task.status)) {
    return {
      outcome: 'ok',
      text: `${task.id} had already ended (${dialect.statusWord(task.status)}); nothing was changed.`,
    };
  }
  requestStop(state, ports, task);
  await ports.until(() => isTerminal(task.status), QUIET_WITHIN_MS);
  const receipt = toReceipt(task, true);
  // The receipt tells of a stop in full; a task that completed in the same moment has a result still to be read.
  if (task.status === 'cancelled' && task.notice.state === 'pending') {
    ports.record({ type: 'completion.delivered', tasks: [task.id], turn: state.turn, by: 'tool' });
  }
  const lines = receipt.tasks.map(
    ({ id: stopped, agent, status, partial }) =>
      `- ${stopped} | ${agent} | ${dialect.statusWord(status)} | ${partial ? 'partial output kept' : 'no output'}`,
  );
  return { outcome: 'ok', text: ['task_id | agent | status | output', ...lines].join('\n') };
}
