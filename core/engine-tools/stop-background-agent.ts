import { isTerminal } from '../../protocol/task.ts';
import type { StopMode } from '../../protocol/task.ts';
import { requestStop, toReceipt } from '../stop-task.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';
import { findOwnTask, notFoundWords, statusWord } from './task-words.ts';
import { whyWaitEnds } from './why-wait-ends.ts';

/** A stop that takes longer than this (and its last step) is answered as `cancelling`; its end is told like any other. */
const QUIET_WITHIN_MS = 60_000;

/** Waits until the task and all below it are quiet, so that "stopped" is true when it is said. */
export async function stopBackgroundAgent({ state, ports, call }: ToolCallSituation): Promise<ToolAnswer> {
  const task = findOwnTask(state, call.arguments['task_id']);
  if (task === undefined) return { outcome: 'error', text: notFoundWords(String(call.arguments['task_id'])) };
  if (isTerminal(task.status)) {
    return {
      outcome: 'ok',
      text: `${task.id} had already ended (${statusWord(task.status)}); nothing was changed.`,
    };
  }
  const mode = (call.arguments['mode'] ?? 'now') as StopMode;
  requestStop(state, ports, task, { mode });
  const patience = QUIET_WITHIN_MS + (mode === 'now' ? 0 : state.roster.limits.wrapUpTimeoutMs);
  await ports.until(() => isTerminal(task.status) || whyWaitEnds(state) !== null, patience);
  const receipt = toReceipt(task, true);
  // The receipt tells of a stop in full; a task that completed in the same moment has a result still to be read.
  if (task.status === 'cancelled' && task.notice.state === 'pending') {
    ports.record({ type: 'completion.delivered', tasks: [task.id], turn: state.turn, by: 'tool' });
  }
  const lines = receipt.tasks.map(
    ({ id, agent, status, partial }) =>
      `- ${id} | ${agent} | ${statusWord(status)} | ${partial ? 'partial output kept' : 'no output'}`,
  );
  return { outcome: 'ok', text: ['task_id | agent | status | output', ...lines].join('\n') };
}
