/** The state that goes from a run to the next one: without what is the same for most, and with what is new since then. */
import { openConversation } from './conversation-state.ts';
import type { ConversationState, Opening, TaskRecord } from './conversation-state.ts';
import { completeRoster } from './roster.ts';

/** The state of an earlier run, with what that run's code did not know. */
export function readCarriedState(opening: Opening, carried: unknown): ConversationState {
  const state = carried as ConversationState;
  return {
    ...openConversation(opening),
    ...state,
    roster: completeRoster(state.roster),
    tasks: state.tasks.map((task) => ({ ...newInTasks(), ...{ name: task.agent }, ...task })),
  };
}

/** A task's fields that are the same for most tasks. A record without them is read as one that has them so. */
const newInTasks = () => ({
  group: null,
  dependsOn: [],
  maxTurns: null,
  asks: null,
  isReminded: false,
  kept: null,
  stopMode: null,
  steering: [],
  missedMessages: 0,
});

/** A task without what `readCarriedState` gives it anyway: a conversation may carry hundreds of them. */
export function toCarriedTask(task: TaskRecord): Partial<TaskRecord> {
  const usual: Partial<Record<string, unknown>> = newInTasks();
  const isUsual = (key: string, value: unknown) => JSON.stringify(usual[key]) === JSON.stringify(value);
  return Object.fromEntries(Object.entries(task).filter(([key, value]) => !isUsual(key, value)));
}
