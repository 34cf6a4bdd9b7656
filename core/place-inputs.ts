/** Putting what waits in the inbox before the model: each input gets its place in the transcript here. */
import type { Place, TaskOutcome } from '../protocol/transcript.ts';
import { findTask } from './conversation-state.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';
import type { InboxItem } from './inbox-item.ts';
import { dialectOf, toDialectField } from './dialect.ts';
import { runtimeOf } from './engine-tools/task-words.ts';
import type { TurnPorts } from './ports.ts';
import { followUpWords } from './words.ts';

/** The place after the last one, in the step that is open. */
export function takePlace(state: ConversationState): Place {
  const [turn, step, ordinal] = state.head;
  const next = turn === state.turn && step === state.step ? ordinal + 1 : 0;
  state.head = [state.turn, state.step, next];
  return state.head;
}

/** What a step takes: at the first one all that waits, later what is not meant for another turn. */
function takesInput(state: ConversationState, item: InboxItem): boolean {
  return item.kind !== 'message' || state.step === 0 || item.delivery !== 'after_turn';
}

/** Whether a person's message waits that a running turn has to take. */
export function hasMessageForThisTurn(state: ConversationState): boolean {
  return state.inbox.some((item) => item.kind === 'message' && item.delivery === 'next_step');
}

/** Ids of the messages, tasks and follow-ups that the next step will take. */
export function nextInputs(state: ConversationState): string[] {
  return state.inbox
    .filter((item) => takesInput(state, item))
    .map((item) => ('id' in item ? item.id : item.task));
}

/** Opens the next step: records it, and turns the inputs that it takes into rows, in the order they came in. */
export function openStep(state: ConversationState, ports: TurnPorts): void {
  const items = state.inbox.filter((item) => takesInput(state, item));
  const messages = items.flatMap((item) => ('id' in item ? [item.id] : []));
  const model = state.roster.agents[state.agent]?.model ?? '';
  const { turn } = state;
  ports.record({
    type: 'step.started',
    turn,
    step: state.step + 1,
    agent: state.agent,
    model,
    inputs: messages,
  });
  for (const item of items) {
    if (item.kind === 'follow_up') placeFollowUp(state, ports, item.id);
    if (item.kind !== 'message') continue;
    placeMessage(state, item.id);
    confirmOwnMessage(state, ports, item.id);
  }
  const [ended, asking, slow] = (['completion', 'question', 'nudge'] as const).map((kind) =>
    items.flatMap((item) => (item.kind === kind ? [item.task] : [])),
  );
  placeNotice(state, ports, { ended: ended ?? [], asking: asking ?? [], slow: slow ?? [] });
}

/** What it wanted to be told, at its time. */
function placeFollowUp(state: ConversationState, ports: TurnPorts, id: string): void {
  const followUp = state.followUps.find((known) => known.id === id);
  if (followUp === undefined) return;
  state.followUps = state.followUps.filter((known) => known !== followUp);
  const head = { place: takePlace(state), id: ports.newMessageId(), at: ports.now() };
  state.unstored.push({ kind: 'instruction', ...head, text: followUpWords(followUp) });
}

/** Of a conversation that closes: what was said and no turn took stays in the transcript, as of the turn it waited for. */
export function placeWaitingMessages(state: ConversationState): void {
  const waiting = state.inbox.flatMap((item) => (item.kind === 'message' ? [item.id] : []));
  for (const [index, id] of waiting.entries()) {
    const message = state.unplaced[id];
    if (message === undefined) continue;
    delete state.unplaced[id];
    state.unstored.push({ kind: 'user', place: [state.turn + 1, 1, index], id, ...message });
  }
}

function placeMessage(state: ConversationState, id: string): void {
  const waiting = state.unplaced[id];
  if (waiting === undefined) return;
  delete state.unplaced[id];
  state.unstored.push({
    kind: 'user',
    place: takePlace(state),
    id,
    at: waiting.at,
    content: waiting.content,
  });
}

/** A task's messages come from its starter, which is told. */
function confirmOwnMessage(state: ConversationState, ports: TurnPorts, message: string): void {
  const { turn, step } = state;
  const { task } = state.id;
  if (task !== null) ports.record({ type: 'task.steered', task, message, turn, appliedAtStep: step });
}

/** What tasks have to tell stands in one message: ends first, since a question may be answered by one. */
function placeNotice(
  state: ConversationState,
  ports: TurnPorts,
  { ended, asking, slow }: { ended: string[]; asking: string[]; slow: string[] },
): void {
  if (ended.length + asking.length + slow.length === 0) return;
  for (const id of ended) placeFunctionEnd(state, ports, id);
  const tasks = [
    ...[...ended, ...asking].flatMap((id) => findTask(state, id) ?? []).map(toOutcome),
    ...slow.flatMap((id) => findTask(state, id) ?? []).map((task) => toSlowOutcome(task, ports.now())),
  ];
  if (tasks.length > 0) {
    const id = ports.newMessageId();
    const head = { place: takePlace(state), id, at: ports.now() };
    state.unstored.push({ kind: 'completion', ...head, tasks, ...toDialectField(dialectOf(state)) });
  }
  const how = { turn: state.turn, by: 'notice' as const };
  if (ended.length > 0) ports.record({ type: 'completion.delivered', tasks: ended, ...how });
  if (asking.length > 0) ports.record({ type: 'question.delivered', tasks: asking, ...how });
}

function placeFunctionEnd(state: ConversationState, ports: TurnPorts, task: string): void {
  const call = state.functionCalls[task];
  if (call === undefined || call.end === null) return;
  const { runtimeMs, outcome, text } = call.end;
  const status = outcome === 'ok' ? 'completed' : outcome === 'error' ? 'failed' : 'cancelled';
  const named = {
    task,
    agent: call.function,
    title: call.function,
    status,
    partial: false,
    runtimeMs,
  } as const;
  const head = { place: takePlace(state), id: ports.newMessageId(), at: ports.now() };
  state.unstored.push({ kind: 'function_end', ...head, outcome: named, text });
}

function toSlowOutcome(task: TaskRecord, now: number): TaskOutcome {
  return { ...toOutcome(task), runtimeMs: runtimeOf(task, now), isSlow: true };
}

export function toOutcome(task: TaskRecord): TaskOutcome {
  const { id, name, title, status, partial, runtimeMs, missedMessages, asks, shortage } = task;
  return {
    ...{ task: id, agent: name, title, status, partial, runtimeMs },
    ...(missedMessages === 0 ? {} : { missedMessages }),
    ...(asks === null ? {} : { asks }),
    ...(shortage === undefined ? {} : { shortage }),
  };
}
