/** Finds the turn that takes a message, and its end, in the events that follow. */
import type { AnsweredMessageResource, MessageResource } from '../../protocol/schemas/resources.ts';
import type { EventResource } from '../../protocol/schemas/event.ts';

type End = Pick<AnsweredMessageResource, 'turn' | 'outcome' | 'reply'>;

export class TurnOfMessage {
  readonly #message: string;
  #turn: number | null = null;
  #reply: MessageResource | null = null;

  constructor(message: string) {
    this.#message = message;
  }

  /** The end of the turn, when this event is it. `closed`: there will be none. */
  observe(event: EventResource): End | 'closed' | null {
    switch (event.type) {
      case 'step.started':
        // A turn that ends before a step takes the message leaves it to the next one.
        if (event.inputs.includes(this.#message)) this.#turn = event.turn;
        return null;
      case 'message.committed':
        if (event.turn === this.#turn) this.#reply = toMessage(event);
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

function toMessage(event: Extract<EventResource, { type: 'message.committed' }>): MessageResource {
  const { message: id, turn, step, role, agent, content, toolCalls, status, at: createdAt, usage } = event;
  return { id, turn, step, role, agent, content, toolCalls, status, createdAt, usage };
}
