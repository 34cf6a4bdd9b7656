/** Updates that stay open until the turn that takes their message has ended. */
import { condition } from '@temporalio/workflow';
import { AwaitedTurn } from '../core/awaited-turn.ts';
import type { ConversationState } from '../core/conversation-state.ts';
import type { TurnEnd } from '../protocol/session-messages.ts';

/** The server takes ten updates of a workflow that are not answered, and refuses all others then. */
const MOST_WAITS = 5;

interface Wait {
  message: string;
  isLeft: boolean;
}

/** They are no part of the state: a new run has none of them, and who waited asks in another way. */
export class TurnWaits {
  readonly #state: ConversationState;
  #open: Wait[] = [];
  #isClosed = false;

  constructor(state: ConversationState) {
    this.#state = state;
  }

  /** Null when it cannot be told here, or not now: the sender then finds the end in the feed. */
  async untilEnd(message: string, offset: number): Promise<TurnEnd | null> {
    const turn = new AwaitedTurn(this.#state, message, offset);
    const wait: Wait = { message, isLeft: this.#isClosed || this.#open.length >= MOST_WAITS };
    if (!turn.isOver() && !wait.isLeft) {
      this.#open.push(wait);
      await condition(() => turn.isOver() || wait.isLeft);
      this.#open = this.#open.filter((other) => other !== wait);
    }
    return turn.end;
  }

  /** Nobody waits for the turn of this message any more: it may stand for days. */
  leave(message: string): void {
    for (const wait of this.#open) if (wait.message === message) wait.isLeft = true;
  }

  /** A run that is to end waits for nobody's turn, since an update that is open would keep it. */
  close(): void {
    this.#isClosed = true;
    for (const wait of this.#open) wait.isLeft = true;
  }
}
