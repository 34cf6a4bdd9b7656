/**
 * A turn: steps of one model call and its tool calls each, until the agent yields. The same code runs in a
 * session, in a task and in a unit test; its whole world comes as ports.
 */
import type { ModelCallRequest, ModelReply } from '../protocol/activities.ts';
import type { BudgetUse } from '../protocol/budget.ts';
import type { EventError, TurnCause, TurnOutcome } from '../protocol/events.ts';
import { DEFAULT_MAX_ITERATIONS } from '../protocol/team.ts';
import { answerToolCalls } from './answer-tool-calls.ts';
import type { ConversationState } from './conversation-state.ts';
import type { InboxItem } from './inbox-item.ts';
import { endsWithThisStep } from './engine-tools/end-session.ts';
import { switchAgent } from './handoff.ts';
import { hasTasksToLookAfter } from './inherited-tasks.ts';
import { meetShortage, warnOfBudget } from './meet-shortage.ts';
import { hasMessageForThisTurn, nextInputs, openStep, takePlace } from './place-inputs.ts';
import type { ModelOutcome, TurnPorts } from './ports.ts';
import { tellMissing } from './tell-missing.ts';
import {
  budgetEndWords,
  handoffLimitWords,
  LAST_STEP_INSTRUCTION,
  limitWords,
  turnFailedWords,
  WRAP_UP_INSTRUCTION,
} from './words.ts';

export interface TurnOptions {
  /** At `max_iterations` a task answers in one last step without tools; a conversation ends the turn. */
  atLimit: 'answer' | 'stop';
  /** Asked between steps: whether to leave the turn open for the next run. */
  mayRollOver: () => boolean;
}

export type TurnEnd = TurnOutcome | 'rollover';

/** Runs the turn to its end, or goes on with one that was left open by a rollover. */
export async function runTurn(
  state: ConversationState,
  ports: TurnPorts,
  options: TurnOptions,
): Promise<TurnEnd> {
  if (!state.turnOpen) startTurn(state, ports);
  for (;;) {
    if (isInterrupted(state)) return finishTurn(state, ports, 'interrupted');
    if (state.step > 0 && options.mayRollOver()) return 'rollover';
    if (isHeld(state)) {
      // What stands still may do so for days: a new run takes it up.
      const isDue = (): boolean => state.step > 0 && options.mayRollOver();
      await ports.until(() => !isHeld(state) || isInterrupted(state) || isDue());
      continue;
    }
    const atLimit = state.wrapsUp || isAtLimit(state);
    if (atLimit && options.atLimit === 'stop')
      return stopTurn(state, ports, limitWords(maxIterations(state)));
    const outcome = await callModel(state, ports, atLimit);
    if (outcome.kind === 'stopped') return finishTurn(state, ports, 'interrupted');
    if (outcome.kind === 'failed') return failTurn(state, ports, outcome.error);
    const end = await heedReply(state, ports, outcome.reply, atLimit);
    if (end !== null) return end;
  }
}

/** Null where the turn goes on. */
async function heedReply(
  state: ConversationState,
  ports: TurnPorts,
  reply: ModelReply,
  atLimit: boolean,
): Promise<TurnOutcome | null> {
  if (reply.stopped !== undefined) return finishTurn(state, ports, 'interrupted');
  if (reply.budget?.state === 'exhausted') {
    return meetShortage(state, ports, reply.budget) ? null : stopForBudget(state, ports, reply.budget);
  }
  const goesOn = reply.toolCalls.length > 0 && !atLimit;
  const handoff = goesOn ? await answerToolCalls(state, ports, reply) : null;
  // A task that has given its answer has nothing left to save for.
  if (goesOn || state.id.task === null) warnOfBudget(state, ports, reply.budget);
  if (handoff === 'limit') return stopTurn(state, ports, handoffLimitWords(state.turnHandoffs));
  if (handoff !== null) switchAgent(state, ports, handoff);
  const isEnding = goesOn && endsWithThisStep(state, reply) && !hasMessageForThisTurn(state);
  if (isEnding) return finishTurn(state, ports, 'answered');
  if (goesOn) return null;
  if (atLimit) return finishTurn(state, ports, 'limit');
  // One that is paused takes what it is told meanwhile before it ends.
  if (isHeld(state)) await ports.until(() => !isHeld(state) || isInterrupted(state));
  if (hasMessageForThisTurn(state)) return null;
  sayHoldingMessage(state, ports);
  return finishTurn(state, ports, 'answered');
}

function isInterrupted(state: ConversationState): boolean {
  return state.interruptedTurn === state.turn;
}

function isHeld(state: ConversationState): boolean {
  return state.holds.length > 0;
}

function maxIterations(state: ConversationState): number {
  return state.roster.agents[state.agent]?.maxIterations ?? DEFAULT_MAX_ITERATIONS;
}

/** The steps of the active agent in this turn, and in a task those of the task as a whole. */
function isAtLimit(state: ConversationState): boolean {
  const { step, agentSinceStep, maxTurns, steps } = state;
  return step - agentSinceStep >= maxIterations(state) || (maxTurns !== null && steps >= maxTurns);
}

const CAUSES = {
  message: 'message',
  completion: 'completion',
  question: 'question',
  nudge: 'nudge',
  follow_up: 'schedule',
} as const satisfies Record<InboxItem['kind'], TurnCause>;

function startTurn(state: ConversationState, ports: TurnPorts): void {
  const isFirstOfTask = state.id.task !== null && state.turn === 0;
  // A turn that has a message to answer is that message's, whatever else it takes along.
  const first = state.inbox.find(({ kind }) => kind === 'message') ?? state.inbox[0];
  const cause = isFirstOfTask || first === undefined ? 'task' : CAUSES[first.kind];
  // Inputs are counted as of step 0, so that all that waits is named.
  state.step = 0;
  ports.record({ type: 'turn.started', turn: state.turn + 1, cause, inputs: nextInputs(state) });
}

async function callModel(
  state: ConversationState,
  ports: TurnPorts,
  lastStep: boolean,
): Promise<ModelOutcome> {
  openStep(state, ports);
  if (lastStep) {
    const id = ports.newMessageId();
    const at = ports.now();
    state.unstored.push({
      kind: 'instruction',
      place: takePlace(state),
      id,
      at,
      text: state.wrapsUp ? WRAP_UP_INSTRUCTION : LAST_STEP_INSTRUCTION,
    });
  }
  const request: ModelCallRequest = {
    ...state.id,
    team: state.roster.version,
    agent: state.agent,
    turn: state.turn,
    step: state.step,
    head: state.head,
    append: state.unstored.slice(),
    ...(lastStep ? { tools: 'none' as const } : {}),
    ...(hasTasksToLookAfter(state) ? { hasTasks: true as const } : {}),
  };
  const outcome = await ports.callModel(request);
  if (outcome.kind === 'reply') commitReply(state, ports, request, outcome.reply);
  return outcome;
}

function commitReply(
  state: ConversationState,
  ports: TurnPorts,
  request: ModelCallRequest,
  reply: ModelReply,
): void {
  state.unstored = state.unstored.filter((row) => !request.append.includes(row));
  tellMissing(state, ports, reply.missing);
  if (reply.message === null) return;
  if (reply.text.trim() !== '') state.turnSpoken = true;
  state.head = reply.place;
  ports.record({
    type: 'message.committed',
    turn: state.turn,
    step: state.step,
    agent: state.agent,
    message: reply.message,
    role: 'assistant',
    status: reply.stopped === undefined ? 'committed' : 'interrupted',
    toolCalls: reply.toolCalls.map(({ id, name }) => ({ id, name })),
    stopReason: reply.stopReason,
    usage: reply.usage,
  });
  if (state.unspoken.length > 0 && reply.text.trim() !== '') {
    ports.record({ type: 'completion.spoken', tasks: state.unspoken, message: reply.message });
  }
}

function finishTurn(
  state: ConversationState,
  ports: TurnPorts,
  outcome: TurnOutcome,
  error: EventError | null = null,
): TurnOutcome {
  ports.record({ type: 'turn.finished', turn: state.turn, outcome, error, usage: state.turnUsage });
  return outcome;
}

function failTurn(state: ConversationState, ports: TurnPorts, error: EventError): TurnOutcome {
  sayAsSystem(state, ports, turnFailedWords(error));
  return finishTurn(state, ports, 'failed', error);
}

/** Ends the turn with words that the user can read. */
function stopTurn(state: ConversationState, ports: TurnPorts, words: string): TurnOutcome {
  sayAsSystem(state, ports, words);
  return finishTurn(state, ports, 'limit');
}

/** The user is told in words; a task's starter reads why it ended. */
function stopForBudget(state: ConversationState, ports: TurnPorts, use: BudgetUse): TurnOutcome {
  if (state.id.task === null) return stopTurn(state, ports, budgetEndWords(use));
  return finishTurn(state, ports, 'limit');
}

/** For an agent that started work and said nothing, so that the user is not left in silence. */
function sayHoldingMessage(state: ConversationState, ports: TurnPorts): void {
  const { holdingMessage: text, agent } = state;
  if (text === null || state.turnSpoken) return;
  const id = ports.newMessageId();
  state.unstored.push({ kind: 'spoken_for', place: takePlace(state), id, at: ports.now(), agent, text });
  recordMessage(state, ports, id, 'assistant');
}

/** Words of the system for the user, in the transcript: the conversation can go on. */
function sayAsSystem(state: ConversationState, ports: TurnPorts, text: string): void {
  const id = ports.newMessageId();
  state.unstored.push({ kind: 'system', place: takePlace(state), id, at: ports.now(), text });
  recordMessage(state, ports, id, 'system');
}

/** A message that no model made. */
function recordMessage(
  state: ConversationState,
  ports: TurnPorts,
  message: string,
  role: 'assistant' | 'system',
): void {
  const { turn, step, agent } = state;
  const nothing = { toolCalls: [], stopReason: null, usage: null };
  ports.record({
    type: 'message.committed',
    turn,
    step,
    agent,
    message,
    role,
    status: 'committed',
    ...nothing,
  });
}
