/** Finds the turn that takes a message, and its end, in the events that follow. */
import type { ConversationEvent, TurnOutcome } from '../protocol/events.ts';

type Committed = { type: 'message.committed'; turn: number };

/** An event as a workflow records it, or as the feed shows it: what is committed has more members there. */
type Told<Reply extends Committed> =
  | Reply
  | { type: 'step.started'; turn: number; inputs: readonly string[] }
  | { type: 'turn.finished'; turn: number; outcome: TurnOutcome }
  | { type: Exclude<ConversationEvent['type'], 'message.committed' | 'step.started' | 'turn.finished'> };

export interface FoundEnd<Reply> {
  turn: number;
  outcome: TurnOutcome;
  /** The last that was said since a step took the message; null: nothing was. */
  reply: Reply | null;
}

export class TurnOfMessage<Reply extends Committed> {
  readonly #message: string;
  #turn: number | null = null;
  #reply: Reply | null = null;

  constructor(message: string) {
    this.#message = message;
  }

  /** The end of the turn, when this event is it. `closed`: there will be none. */
  observe(event: Told<Reply>): FoundEnd<Reply> | 'closed' | null {
    switch (event.type) {
      case 'step.started':
        // A turn that ends before a step takes the message leaves it to the next one.
        if (event.inputs.includes(this.#message)) this.#turn = event.turn;
        return null;
      case 'message.committed':
        if (event.turn === this.#turn) this.#reply = event;
        return null;
      case 'turn.finished':
        if (event.turn !== this.#turn) return null;
        return { turn: event.turn, outcome: event.outcome, reply: this.#reply };
      case 'session.closed':
        return 'closed';
      default:
        return null;
    }
  }
}
