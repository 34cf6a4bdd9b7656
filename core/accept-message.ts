/** Taking a message in: exactly once, within bounds, told apart from another one under the same id. */
import { REFUSALS } from '../protocol/failures.ts';
import type { Accepted, SendMessage } from '../protocol/session-messages.ts';
import type { ConversationState, SeenMessage } from './conversation-state.ts';
import type { TurnPorts } from './ports.ts';
import type { Refusal } from './refusal.ts';

/** What may wait for a turn, in characters of JSON. Spec: "waiting inbox ≤ 256 KiB". */
const INBOX_LIMIT = 256 * 1024;
const SEEN_MESSAGES = 1000;

/** Why the message is not taken, or null. A known id with the same body is taken: it changes nothing. */
export function refuseMessage(state: ConversationState, message: SendMessage): Refusal | null {
  const reused = refuseReusedId(state, message);
  if (reused !== undefined) return reused;
  if (state.status !== 'open') {
    return { type: REFUSALS.closed, message: `the session is ${state.status}: open a new one` };
  }
  const waiting = JSON.stringify(state.unplaced).length + JSON.stringify(message.content).length;
  if (waiting > INBOX_LIMIT) {
    return {
      type: REFUSALS.inboxFull,
      message: 'too much is waiting for an answer already: send this message again when a turn has ended',
    };
  }
  return null;
}

/** Undefined for an id that is new; null for a known one with the same body, which is taken and changes nothing. */
export function refuseReusedId(
  state: ConversationState,
  { id, hash }: { id: string; hash: string },
): Refusal | null | undefined {
  const seen = state.seen.find((entry) => entry.id === id);
  if (seen === undefined) return undefined;
  if (seen.hash === hash) return null;
  return { type: REFUSALS.idReused, message: `message ${id} was already sent with another body` };
}

export function acceptMessage(
  state: ConversationState,
  ports: Pick<TurnPorts, 'record' | 'now'>,
  message: SendMessage,
): Accepted {
  const seen = state.seen.find((entry) => entry.id === message.id);
  if (seen !== undefined) return { turn: seen.turn, offset: seen.offset };
  const { delivery = 'next_step' } = message;
  const joins = state.turnOpen && delivery === 'next_step' && state.interruptedTurn !== state.turn;
  const turn = joins ? state.turn : state.turn + 1;
  state.unplaced[message.id] = { at: ports.now(), content: message.content };
  ports.record({ type: 'message.queued', message: message.id, delivery });
  rememberMessage(state, { id: message.id, hash: message.hash, turn, offset: state.offset });
  return { turn, offset: state.offset };
}

export function rememberMessage(state: ConversationState, message: SeenMessage): void {
  state.seen.push(message);
  if (state.seen.length > SEEN_MESSAGES) state.seen.shift();
}
