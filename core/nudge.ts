/** Slow tasks: when the agent that started them gets a turn to say something. Spec: background-agents.md, "Progress". */
import type { ConversationState, TaskRecord } from './conversation-state.ts';
import { runtimeOf } from './engine-tools/task-words.ts';
import type { TurnPorts } from './ports.ts';

/** When the next task is slow, in milliseconds since 1970; null where none is awaited. */
export function nextNudge(state: ConversationState): number | null {
  const times = state.tasks.flatMap((task) => nudgeTime(state, task) ?? []);
  return times.length === 0 ? null : Math.min(...times);
}

/** Records which tasks are slow by now. */
export function nudge(state: ConversationState, ports: Pick<TurnPorts, 'record' | 'now'>): void {
  const now = ports.now();
  const slow = state.tasks.filter((task) => (nudgeTime(state, task) ?? Infinity) <= now);
  for (const task of slow) {
    ports.record({ type: 'task.slow', task: task.id, runtimeMs: runtimeOf(task, now) ?? 0 });
  }
}

function nudgeTime(state: ConversationState, task: TaskRecord): number | null {
  const times = state.roster.agents[state.agent]?.progressNudge;
  const { status, mode, startedAt, nudgedAt } = task;
  // Who has no budget left to speak with would tell the user just that, each time.
  if (state.shortage !== null) return null;
  if (times === undefined || status !== 'running' || mode !== 'background' || startedAt === null) return null;
  return nudgedAt === undefined ? startedAt + times.afterMs : nudgedAt + times.everyMs;
}
