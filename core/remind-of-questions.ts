import { isTerminal } from '../protocol/task.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';
import { takePlace } from './place-inputs.ts';
import type { TurnPorts } from './ports.ts';
import { openPrerequisites } from './prerequisites.ts';
import { unansweredWords } from './words.ts';

/**
 * For a task that ended its turn although all that it started waits for its answer: its words reach nobody before they
 * end. True when its agent is told so, once for each question; a person may still answer after that.
 */
export function remindOfQuestions(
  state: ConversationState,
  ports: Pick<TurnPorts, 'now' | 'newMessageId'>,
): boolean {
  const unfinished = state.tasks.filter(({ status }) => !isTerminal(status));
  const asking = unfinished.filter(
    (task) => task.status === 'waiting_input' && task.asks !== null && !task.isReminded,
  );
  const isStuck = state.inbox.length === 0 && unfinished.every((task) => standsStill(state, task));
  if (asking.length === 0 || !isStuck) return false;
  for (const task of asking) task.isReminded = true;
  const head = { place: takePlace(state), id: ports.newMessageId(), at: ports.now() };
  state.unstored.push({ kind: 'instruction', ...head, text: unansweredWords(asking.map(({ id }) => id)) });
  return true;
}

function standsStill(state: ConversationState, task: TaskRecord): boolean {
  return task.status === 'waiting_input' || openPrerequisites(state, task).length > 0;
}
