import { isTerminal } from '../../protocol/task.ts';
import type { StopMode } from '../../protocol/task.ts';
import { requestStop, toReceipt } from '../stop-task.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';
import { findOwnTask, notFoundWords } from './task-words.ts';
import { waitForTasks } from './wait-for-tasks.ts';

/** A stop that takes longer than this (and its last step) is answered as `cancelling`; its end is told like any other. */
const QUIET_WITHIN_MS = 60_000;

/** Waits until the task and all below it are quiet, so that "stopped" is true when it is said. */
export async function stopBackgroundAgent(
  situation: ToolCallSituation,
  { task: id, mode = 'now' }: { task: string; mode?: StopMode },
): Promise<ToolAnswer> {
  const { state, ports, dialect } = situation;
  const task = findOwnTask(state, id);
  if (task === undefined) return { outcome: 'error', text: notFoundWords(id) };
  if (isTerminal(task.status)) {
    return {
      outcome: 'ok',
      text: `${task.id} had already ended (${dialect.statusWord(task.status)}); nothing was changed.`,
    };
  }
  requestStop(state, ports, task, { mode });
  const timeoutMs = QUIET_WITHIN_MS + (mode === 'now' ? 0 : state.roster.limits.wrapUpTimeoutMs);
  await waitForTasks(situation, [task], { timeoutMs });
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
