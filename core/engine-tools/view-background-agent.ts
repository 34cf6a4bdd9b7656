import type { BudgetUse } from '../../protocol/budget.ts';
import { budgetWords } from '../budget.ts';
import { waitsFor } from '../waits-for.ts';
import { executeTool } from '../execute-tool.ts';
import { tellQuestions } from '../task-question.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';
import { findOwnTask, notFoundWords, runtimeOf } from './task-words.ts';
import { waitForTasks } from './wait-for-tasks.ts';
import type { WaitEnd } from './wait-for-tasks.ts';

/**
 * What a task says is in the store, and its live phase in its workflow: an activity reads both. With `waitMs` it is
 * looked at when the task has ended, or the wait.
 */
export async function viewBackgroundAgent(
  situation: ToolCallSituation,
  { task: wanted, waitMs }: { task: string; waitMs?: number },
): Promise<ToolAnswer> {
  const { state, ports, dialect } = situation;
  const task = findOwnTask(state, wanted);
  if (task === undefined) return { outcome: 'error', text: notFoundWords(wanted) };
  const wait = waitMs === undefined ? null : await waitForTasks(situation, [task], toTimeout(waitMs));
  const { id, name, title, status, asks } = task;
  const answer = await executeTool(situation, {
    task: id,
    agent: name,
    title,
    status,
    runtimeMs: runtimeOf(task, ports.now()),
    ...(asks === null ? {} : { asks }),
    ...(dialect.name === 'tasks' ? { dialect: dialect.name } : {}),
    ...(wait === null ? {} : toNote(wait, waitMs)),
    ...(task.shortage === undefined ? {} : { note: shortageWords(task.shortage) }),
  });
  if (waitsFor(task) !== null && answer.outcome === 'ok') tellQuestions(state, ports, [task]);
  return answer;
}

function toTimeout(waitMs: number): { timeoutMs?: number } {
  return waitMs === Infinity ? {} : { timeoutMs: waitMs };
}

function shortageWords(use: BudgetUse): string {
  return `its budget does not allow another step (${budgetWords(use)} are used): it waits until a person extends it`;
}

/** Why there is no result yet. */
function toNote({ timedOut, endedEarly }: WaitEnd, waitMs: number | undefined): { note?: string } {
  if (timedOut) return { note: `not finished within ${waitMs} ms; it goes on` };
  if (endedEarly === 'user_message') {
    return { note: 'the wait ended early because a message of the user arrived; the task goes on' };
  }
  if (endedEarly === 'task_waits') return { note: 'the wait ended early because the task asks something' };
  return endedEarly === null ? {} : { note: 'the wait ended early because the turn was interrupted' };
}
