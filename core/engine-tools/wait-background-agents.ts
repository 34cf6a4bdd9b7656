import type { ConversationState, TaskRecord } from '../conversation-state.ts';
import { toDialectField } from '../dialect.ts';
import { toOutcome } from '../place-inputs.ts';
import type { TurnPorts } from '../ports.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';
import { findOwnTask, notFoundWords } from './task-words.ts';
import { waitForTasks } from './wait-for-tasks.ts';

const DEFAULT_TIMEOUT_SECONDS = 300;
/** Characters of each result in the answer. Spec: "up to 4 KiB each". */
const RESULT_HEAD = 4096;

export interface Wait {
  tasks: readonly string[];
  /** How many have to end; default all. */
  for?: 'all' | 'any' | number;
  /** Seconds. */
  timeout?: number;
}

/** Waits for the ends of tasks; ends early when the user says something, so that nobody is kept waiting. */
export async function waitBackgroundAgents(situation: ToolCallSituation, wanted: Wait): Promise<ToolAnswer> {
  const { state, ports, dialect } = situation;
  const tasks: TaskRecord[] = [];
  for (const id of new Set(wanted.tasks)) {
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
  const timeoutMs = (wanted.timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
  const end = await waitForTasks(situation, tasks, { needed, timeoutMs });
  markRead(state, ports, tasks);
  const answer = { form: 'wait' as const, tasks: tasks.map(toOutcome), ...end, ...toDialectField(dialect) };
  return { outcome: 'ok', answer };
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
