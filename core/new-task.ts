/** Queued tasks on their way to the store, as the activity that opens them gets them. */
import type { NewTask } from '../protocol/activities.ts';
import type { TaskRequest } from '../protocol/task.ts';
import type { TaskRecord } from './conversation-state.ts';

/** A queued task, and what was asked of it. */
export interface TaskToOpen {
  task: TaskRecord;
  request: TaskRequest;
}

/** Below 256 KiB, whatever is said: JSON has at most three bytes a character. */
const CHARACTERS_OF_A_PAYLOAD = 80 * 1024;

/** All that one activity opens; several, where the input of one would be too large. */
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

export function toNewTask({ task: { id, agent, title, queuedAt }, request }: TaskToOpen): NewTask {
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
