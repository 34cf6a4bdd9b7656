/** Continuing as new: when, and with what. The carried state is control only, a few KB. */
import type { ConversationEvent } from '../protocol/events.ts';
import { isTerminal } from '../protocol/task.ts';
import { openConversation } from './conversation-state.ts';
import type { ConversationState, Opening } from './conversation-state.ts';

/** Ids of accepted messages that go along; older ones are found in the store. */
const SEEN_CARRIED = 64;

/** Whether nothing is under way that a new run could not take up: a start that is not confirmed, a handler. */
export function mayRollOver(state: ConversationState): boolean {
  return !state.tasks.some(
    ({ launch, status }) => launch === 'unopened' || (launch === 'starting' && !isTerminal(status)),
  );
}

/** What the store does not have yet. */
export function unarchivedEvents(state: ConversationState): ConversationEvent[] {
  return state.events.filter((event) => event.offset > state.archivedOffset);
}

/** Marks events up to an offset as stored, and drops them: from here on the store tells them. */
export function forgetArchived(state: ConversationState, upTo: number): void {
  state.archivedOffset = Math.max(state.archivedOffset, upTo);
  state.events = state.events.filter((event) => event.offset > state.archivedOffset);
}

/** Of a run that a deploy ago began: what states did not have then is as in a new one. */
export function fromCarriedState(carried: unknown, opening: Opening): ConversationState {
  const state = { ...openConversation(opening), ...(carried as ConversationState) };
  return { ...state, tasks: state.tasks.map((task) => ({ ...NEW_IN_TASKS, ...task })) };
}

const NEW_IN_TASKS = { dependsOn: [] };

export function toCarriedState(state: ConversationState): ConversationState {
  return { ...state, seen: state.seen.slice(-SEEN_CARRIED) };
}
