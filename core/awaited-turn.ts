/** The turn that takes a message, for those who wait for its end: looks only at what was recorded since it looked last. */
import type { ConversationEvent } from '../protocol/events.ts';
import type { TurnEnd } from '../protocol/session-messages.ts';
import type { ConversationState } from './conversation-state.ts';
import { TurnOfMessage } from './turn-of-message.ts';
import type { FoundEnd } from './turn-of-message.ts';

type Committed = Extract<ConversationEvent, { type: 'message.committed' }>;

export class AwaitedTurn {
  readonly #state: ConversationState;
  readonly #turn: TurnOfMessage<Committed>;
  #next: number;
  #isFound = false;
  #end: TurnEnd | null = null;

  /** `offset` is where the message was queued. */
  constructor(state: ConversationState, message: string, offset: number) {
    this.#state = state;
    this.#turn = new TurnOfMessage(message);
    this.#next = offset;
  }

  /** Null: not over, not to be known here, or it ended with words that are not in the store yet. */
  get end(): TurnEnd | null {
    return this.#end;
  }

  /** Whether there is nothing more to wait for: it has ended, or none will take the message in this run. */
  isOver(): boolean {
    const { status, turnOpen } = this.#state;
    if (!this.#isFound) this.#look();
    return this.#isFound || (status !== 'open' && !turnOpen);
  }

  #look(): void {
    const { events, offset } = this.#state;
    if (this.#next > offset) return;
    const first = events[0]?.offset ?? offset + 1;
    // What this run has no more may have been the end of it.
    if (first > this.#next) this.#isFound = true;
    for (const event of events.slice(Math.max(0, this.#next - first))) {
      if (this.#isFound) return;
      const end = this.#turn.observe(event);
      if (end === null) continue;
      this.#isFound = true;
      this.#end = end === 'closed' ? null : toTurnEnd(end);
    }
    this.#next = offset + 1;
  }
}

function toTurnEnd({ turn, outcome, reply }: FoundEnd<Committed>): TurnEnd | null {
  if (reply === null) return { turn, outcome, reply };
  // What no model said was born in the workflow, and reaches the store later.
  if (reply.usage === null) return null;
  return { turn, outcome, reply: { message: reply.message, at: reply.at } };
}
