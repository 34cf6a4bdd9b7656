/** One who reads a feed: first what was, page by page, then what comes. Without gaps, and nothing twice. */
import { isLiveText, toEventItem } from './feed-item.ts';
import type { FeedItem, LiveEvent } from './feed-item.ts';
import { FeedQueue } from './feed-queue.ts';
import type { SessionFeed } from './session-feed.ts';

export class FeedReader {
  readonly #feed: SessionFeed;
  readonly #queue = new FeedQueue();
  readonly #onLeave: () => void;
  #next: number;
  /** The last step whose message is out. */
  #lastStep: readonly [turn: number, step: number] = [0, 0];
  #hasLeft = false;

  /** `from`: the first offset to read. The feed must be ready. */
  constructor(feed: SessionFeed, from: number, onLeave: () => void) {
    this.#feed = feed;
    this.#next = from;
    this.#onLeave = onLeave;
  }

  /** Aborted when the reader did not keep up and was cut off. */
  get cutOff(): AbortSignal {
    return this.#queue.overflow;
  }

  /** In batches; ends when the conversation is over, when the reader was cut off, or after `leave`. */
  async *read(): AsyncGenerator<FeedItem[]> {
    try {
      // Joined first, so that what is said while the past is read is not lost: it waits in the queue.
      const past = this.#feed.head;
      this.#feed.join(this.#queue);
      while (this.#next <= past && !this.#hasLeft) {
        const page = await this.#feed.readPage(this.#next);
        if (page.events.length === 0) return;
        yield this.#take(page.events.map(toEventItem));
      }
      for (let items = await this.#queue.take(); items !== null; items = await this.#queue.take()) {
        yield this.#take(items);
      }
    } finally {
      this.leave();
    }
  }

  /** Without what was read already, and without live text of a step whose message is out. */
  #take(items: FeedItem[]): FeedItem[] {
    return items.filter((item) => {
      if (item.kind === 'live') return !this.#isOut(item.event);
      if (item.offset < this.#next) return false;
      this.#next = item.offset + 1;
      if (item.event.type === 'message.committed') this.#lastStep = [item.event.turn, item.event.step];
      return true;
    });
  }

  #isOut(event: LiveEvent): boolean {
    if (!isLiveText(event)) return false;
    const [turn, step] = this.#lastStep;
    return event.turn < turn || (event.turn === turn && event.step <= step);
  }

  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#feed.leave(this.#queue);
    this.#queue.end();
    this.#onLeave();
  }
}
