/** The fold: how each event changes the state. Nothing else changes a conversation's control state. */
import { addUsage, NO_USAGE } from '../protocol/content.ts';
import type { ConversationEvent, EventBody } from '../protocol/events.ts';
import type { ConversationState } from './conversation-state.ts';
import { foldBudgetEvent } from './fold-budget.ts';
import { foldFunctionEvent, isFunctionEvent } from './fold-function.ts';
import { foldSessionEvent, isSessionEvent } from './fold-session.ts';
import { foldTaskEvent } from './fold-task.ts';

/** Appends the event that follows the last one and applies it. */
export function recordEvent(state: ConversationState, body: EventBody, at: number): ConversationEvent {
  const event = { offset: state.offset + 1, at, ...body };
  state.offset = event.offset;
  state.changedAt = at;
  state.events.push(event);
  foldEvent(state, event);
  return event;
}

function foldEvent(state: ConversationState, event: ConversationEvent): void {
  if (isSessionEvent(event)) {
    foldSessionEvent(state, event);
    return;
  }
  switch (event.type) {
    case 'notice':
      return;
    case 'agent.switched':
      state.agent = event.to;
      state.turnHandoffs += 1;
      state.agentSinceStep = state.step;
      return;
    case 'message.queued':
      state.inbox.push({ kind: 'message', id: event.message, delivery: event.delivery });
      if (event.delivery === 'interrupt' && state.turnOpen) state.interruptedTurn = state.turn;
      return;
    case 'turn.started':
    case 'turn.interrupting':
    case 'turn.finished':
    case 'step.started':
    case 'message.committed':
    case 'tool.started':
    case 'tool.finished':
      foldTurnEvent(state, event);
      return;
    case 'budget.warned':
    case 'budget.exhausted':
    case 'budget.extended':
      foldBudgetEvent(state, event);
      return;
    default:
      if (isFunctionEvent(event)) foldFunctionEvent(state, event);
      else foldTaskEvent(state, event);
  }
}

type TurnEvent = Extract<
  ConversationEvent,
  { type: `turn.${string}` | `tool.${string}` | 'step.started' | 'message.committed' }
>;

function foldTurnEvent(state: ConversationState, event: TurnEvent): void {
  switch (event.type) {
    case 'turn.started':
      state.turn = event.turn;
      state.step = 0;
      state.turnOpen = true;
      state.turnCause = event.cause;
      state.turnUsage = { ...NO_USAGE };
      state.turnSpoken = false;
      state.holdingMessage = null;
      state.turnHandoffs = 0;
      state.agentSinceStep = 0;
      return;
    case 'turn.interrupting':
      state.interruptedTurn = event.turn;
      return;
    case 'turn.finished':
      state.turnOpen = false;
      state.phase = 'idle';
      state.currentTools = [];
      state.lastOutcome = event.outcome;
      return;
    case 'step.started':
      state.step = event.step;
      state.steps += 1;
      state.phase = 'model';
      // Ends and questions stay until they are delivered.
      state.inbox = state.inbox.filter(
        (item) => item.kind !== 'nudge' && !('id' in item && event.inputs.includes(item.id)),
      );
      return;
    case 'message.committed':
      if (event.usage === null) return;
      state.turnUsage = addUsage(state.turnUsage, event.usage);
      state.usage = addUsage(state.usage, event.usage);
      if (state.id.task === null) state.shortage = null;
      return;
    case 'tool.started':
      state.phase = 'tools';
      state.currentTools.push(event.tool);
      return;
    case 'tool.finished':
      state.currentTools.splice(state.currentTools.indexOf(event.tool), 1);
  }
}
