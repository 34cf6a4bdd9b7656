/** What a starter writes of its tasks: their text before they start, and an end that they could not tell themselves. */
import type { ConversationState, TaskRecord } from '../core/conversation-state.ts';
import type { TurnPorts } from '../core/ports.ts';
import { completeReport } from '../core/complete-report.ts';
import { toNewTask } from '../core/new-task.ts';
import type { TaskToOpen } from '../core/new-task.ts';
import { tellMissing } from '../core/tell-missing.ts';
import { UNKNOWN_USAGE } from '../protocol/content.ts';
import type { TaskReport } from '../protocol/task.ts';
import * as activities from './durable-activities.ts';
import { now } from './durable-clock.ts';
import type { TaskEnd } from './task-end.ts';

/** `tasks`: what one activity opens, see new-task.ts. */
export async function storeTasks(
  state: ConversationState,
  ports: Pick<TurnPorts, 'record'>,
  tasks: readonly TaskToOpen[],
): Promise<void> {
  const opened = await activities.openTasks({ depth: state.depth + 1, tasks: tasks.map(toNewTask) });
  for (const { missing } of opened ?? []) tellMissing(state, ports, missing);
}

export async function storeTaskEnd(
  state: ConversationState,
  task: TaskRecord,
  end: TaskEnd,
): Promise<TaskReport> {
  const { workspace, session } = state.id;
  const startedAt = task.startedAt ?? now();
  const usage = { ...UNKNOWN_USAGE };
  const ended = { task: task.id, ...end, partial: false, usage, startedAt, endedAt: now() };
  const stored = await activities.finishTask({ workspace, session, ...ended, append: [], events: [] });
  return completeReport({ ...ended, stopped: [] }, stored);
}
