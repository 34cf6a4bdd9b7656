/** The question of a task to its starter: it is told once, and waits for an answer. */
import type { TaskQuestion } from '../protocol/task.ts';
import { isTerminal } from '../protocol/task.ts';
import { findTask } from './conversation-state.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';
import { takePlace } from './place-inputs.ts';
import type { TurnPorts } from './ports.ts';
import { requestStop } from './stop-task.ts';
import { NOBODY_TO_ASK_INSTRUCTION } from './words.ts';

type QuestionPorts = Parameters<typeof requestStop>[1];

/** A question that comes twice, or from a task that is being stopped, changes nothing. */
export function takeQuestion(
  state: ConversationState,
  ports: QuestionPorts,
  { task: id, turn, step }: TaskQuestion & { task: string },
): void {
  const task = findTask(state, id);
  if (task === undefined || isTerminal(task.status) || task.status === 'cancelling') return;
  if (task.asks?.turn === turn && task.asks.step === step) return;
  if (state.status !== 'open') {
    // Nobody is left who could answer.
    requestStop(state, ports, task);
    return;
  }
  ports.record({ type: 'task.asked', task: id, turn, step });
  ports.launchTasks();
}

/** The answer of a tool holds what these tasks ask: no notice is needed. */
export function tellQuestions(
  state: ConversationState,
  ports: Pick<TurnPorts, 'record'>,
  tasks: readonly TaskRecord[],
): void {
  const told = tasks.flatMap(({ id }) =>
    state.inbox.some((item) => item.kind === 'question' && item.task === id) ? [id] : [],
  );
  if (told.length > 0)
    ports.record({ type: 'question.delivered', tasks: told, turn: state.turn, by: 'tool' });
}

/** For a task whose starter is over: its step that asked is the last, and its results stand before these words. */
export function goOnUnanswered(
  state: ConversationState,
  ports: Pick<TurnPorts, 'record' | 'now' | 'newMessageId'>,
): void {
  const { task } = state.id;
  if (task === null || !state.holds.includes('question')) return;
  const head = { place: takePlace(state), id: ports.newMessageId(), at: ports.now() };
  state.unstored.push({ kind: 'instruction', ...head, text: NOBODY_TO_ASK_INSTRUCTION });
  ports.record({ type: 'task.resumed', task, status: 'running' });
}
