import { isTerminal } from '../../protocol/task.ts';
import type { TasksAnswer } from '../../protocol/transcript.ts';
import type { TaskRecord } from '../conversation-state.ts';
import type { ToolCallSituation } from '../tool-call.ts';
import { tellQuestions } from '../task-question.ts';
import { whyWaitEnds } from './why-wait-ends.ts';

export interface WaitEnd {
  timedOut: boolean;
  endedEarly: TasksAnswer['endedEarly'];
}

/** Every wait of every tool is this one: it ends when enough tasks have ended, by its time, or early. */
export async function waitForTasks(
  { state, ports }: ToolCallSituation,
  tasks: readonly TaskRecord[],
  { needed = tasks.length, timeoutMs }: { needed?: number; timeoutMs?: number } = {},
): Promise<WaitEnd> {
  const isEnough = (): boolean => tasks.filter((task) => isTerminal(task.status)).length >= needed;
  await ports.until(() => isEnough() || whyWaitEnds(state, tasks) !== null, timeoutMs);
  if (isEnough()) return { timedOut: false, endedEarly: null };
  const endedEarly = whyWaitEnds(state, tasks);
  if (endedEarly === 'task_waits') tellQuestions(state, ports, tasks);
  return { timedOut: endedEarly === null, endedEarly };
}
