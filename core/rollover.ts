/** Continuing as new: when, and with what. The carried state is control only, a few KB. */
import type { ConversationEvent } from '../protocol/events.ts';
import { isTerminal } from '../protocol/task.ts';
import { toCarriedTask } from './carried-state.ts';
import type { ConversationState } from './conversation-state.ts';
import { hasRunningFunctions } from './finish-function.ts';
import { unkeptStatuses } from './kept-status.ts';

/** Ids of accepted messages that go along; older ones are found in the store. */
const SEEN_CARRIED = 64;

/**
 * Whether nothing is under way that a new run could not take up: a start that is not confirmed, an order, a receipt or a
 * question on its way, a function, the hooks before a session, a write to the store (the server drops what a run that is
 * over had asked for), a last step with its deadline.
 */
export function mayRollOver(state: ConversationState): boolean {
  const { receipts, untoldQuestion, untoldShortage, wrapsUp } = state;
  if (receipts.length > 0 || untoldQuestion !== null || untoldShortage !== null || wrapsUp) return false;
  if (unkeptStatuses(state).length > 0 || hasRunningFunctions(state) || state.isOpening) return false;
  return !state.tasks.some(({ id, launch, status }) => {
    if (launch === 'unopened') return true;
    const isTold = state.undelivered[id] !== undefined;
    return !isTerminal(status) && (launch === 'starting' || (launch === 'started' && isTold));
  });
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

/** What the next run begins with, for `readCarriedState`. */
export function toCarriedState(state: ConversationState) {
  return { ...state, seen: state.seen.slice(-SEEN_CARRIED), tasks: state.tasks.map(toCarriedTask) };
}
