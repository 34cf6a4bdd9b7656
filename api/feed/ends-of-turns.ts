/** The ends of a conversation's turns, as pokes tell of them. They may be lost, so whoever waits looks now and then. */
import { toLiveTopic } from '../../bus/bus.ts';
import type { Bus } from '../../bus/bus.ts';
import type { ConversationId } from '../../protocol/ids.ts';

const LOOK_AFTER_MS = 5_000;
/** While the bus is away, or has no subscription yet. */
const LOOK_UNTOLD_AFTER_MS = 1_000;

export class EndsOfTurns {
  /** Resolves when nobody waits any more. */
  readonly left: Promise<void>;
  #hasLeft = false;
  #isTold = false;
  /** The highest offset of an end. */
  #last = 0;
  readonly #unsubscribe: () => void;
  #wake: (() => void) | null = null;
  #onLeave: () => void = () => undefined;

  constructor(bus: Bus, id: ConversationId) {
    this.left = new Promise((resolve) => (this.#onLeave = resolve));
    this.#unsubscribe = bus.subscribe(toLiveTopic(id), (message) => {
      if (message.type !== 'poke' || message.endsTurn !== true) return;
      this.#last = Math.max(this.#last, message.offset);
      this.#wake?.();
    });
    void bus.subscribed(toLiveTopic(id)).then(() => (this.#isTold = true));
  }

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Resolves when a turn has ended at this offset or a later one, or when it is time to look whether one has. */
  async after(offset: number): Promise<void> {
    if (this.#last >= offset || this.#hasLeft) return;
    const pause = this.#isTold ? LOOK_AFTER_MS : LOOK_UNTOLD_AFTER_MS;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pause);
      this.#wake = () => {
        if (this.#last < offset && !this.#hasLeft) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }

  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#unsubscribe();
    this.#wake?.();
    this.#onLeave();
  }
}
