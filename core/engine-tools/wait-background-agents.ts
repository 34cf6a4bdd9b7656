import type { WaitBackgroundAgentsArguments } from '../../protocol/schemas/tool-arguments.ts';
import { isTerminal } from '../../protocol/task.ts';
import type { ConversationState, TaskRecord } from '../conversation-state.ts';
import { toOutcome } from '../place-inputs.ts';
import type { TurnPorts } from '../ports.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';
import { findOwnTask, notFoundWords } from './task-words.ts';
import { whyWaitEnds } from './why-wait-ends.ts';

const DEFAULT_TIMEOUT_SECONDS = 300;
/** Characters of each result in the answer. Spec: "up to 4 KiB each". */
const RESULT_HEAD = 4096;

/** Waits for the ends of tasks; ends early when the user says something, so that nobody is kept waiting. */
export async function waitBackgroundAgents({ state, ports, call }: ToolCallSituation): Promise<ToolAnswer> {
  const wanted = call.arguments as WaitBackgroundAgentsArguments;
  const tasks: TaskRecord[] = [];
  for (const id of new Set(wanted.task_ids)) {
    const task = findOwnTask(state, id);
    if (task === undefined) return { outcome: 'error', text: notFoundWords(id) };
    tasks.push(task);
  }
  const needed =
    wanted.for === 'any'
      ? 1
      : typeof wanted.for === 'number'
        ? Math.min(wanted.for, tasks.length)
        : tasks.length;
  const isEnough = (): boolean => tasks.filter((task) => isTerminal(task.status)).length >= needed;
  const timeoutMs = (wanted.timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
  await ports.until(() => isEnough() || whyWaitEnds(state) !== null, timeoutMs);
  const endedEarly = isEnough() ? null : whyWaitEnds(state);
  markRead(state, ports, tasks);
  return {
    outcome: 'ok',
    answer: {
      form: 'wait',
      tasks: tasks.map(toOutcome),
      timedOut: !isEnough() && endedEarly === null,
      endedEarly,
    },
  };
}

/** What the answer holds in full needs no notice of its own. */
function markRead(state: ConversationState, ports: TurnPorts, tasks: TaskRecord[]): void {
  const read = tasks.filter((task) => task.notice.state === 'pending' && task.resultSize <= RESULT_HEAD);
  if (read.length === 0) return;
  ports.record({
    type: 'completion.delivered',
    tasks: read.map(({ id }) => id),
    turn: state.turn,
    by: 'tool',
  });
}
