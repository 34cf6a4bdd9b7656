/** What a starter writes of its tasks: their text before they start, and an end that they could not tell themselves. */
import type { ConversationState, TaskRecord } from '../core/conversation-state.ts';
import type { TurnPorts } from '../core/ports.ts';
import { completeReport } from '../core/complete-report.ts';
import { tellMissing } from '../core/tell-missing.ts';
import type { NewTask } from '../protocol/activities.ts';
import { UNKNOWN_USAGE } from '../protocol/content.ts';
import type { TaskReport, TaskRequest } from '../protocol/task.ts';
import * as activities from './durable-activities.ts';
import { now } from './durable-clock.ts';
import type { TaskEnd } from './task-end.ts';

/** A queued task, and what was asked of it. */
export interface TaskToOpen {
  task: TaskRecord;
  request: TaskRequest;
}

/** Below 256 KiB, whatever is said: JSON has at most three bytes a character. */
const CHARACTERS_OF_A_PAYLOAD = 80 * 1024;

/** All in one activity, but for those that would make its input too large. */
export async function storeTasks(
  state: ConversationState,
  ports: Pick<TurnPorts, 'record'>,
  tasks: readonly TaskToOpen[],
): Promise<void> {
  const opened = await activities.openTasks({ depth: state.depth + 1, tasks: tasks.map(toNewTask) });
  for (const { missing } of opened ?? []) tellMissing(state, ports, missing);
}

/** Parts whose inputs are small enough for an activity each. */
export function toPayloads(tasks: readonly TaskToOpen[]): TaskToOpen[][] {
  const payloads: TaskToOpen[][] = [];
  let characters = Infinity;
  for (const task of tasks) {
    const { length } = JSON.stringify(toNewTask(task));
    characters += length;
    if (characters > CHARACTERS_OF_A_PAYLOAD) {
      payloads.push([]);
      characters = length;
    }
    payloads.at(-1)?.push(task);
  }
  return payloads;
}

function toNewTask({ task: { id, agent, title, queuedAt }, request }: TaskToOpen): NewTask {
  const { task: text, expectedOutput, attachments, context, variables, input } = request;
  return {
    ...{ task: id, agent, title, text, queuedAt },
    ...(expectedOutput === undefined ? {} : { expectedOutput }),
    ...(attachments === undefined ? {} : { attachments }),
    ...(context === undefined ? {} : { context }),
    ...(variables === undefined ? {} : { variables }),
    ...(input === undefined ? {} : { input }),
  };
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
