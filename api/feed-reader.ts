/** One who reads a feed: first what was, page by page, then what comes. Without gaps, and nothing twice. */
import { toEventItem } from './feed-item.ts';
import type { FeedItem } from './feed-item.ts';
import { FeedQueue } from './feed-queue.ts';
import type { SessionFeed } from './session-feed.ts';

export class FeedReader {
  readonly #feed: SessionFeed;
  readonly #queue = new FeedQueue();
  readonly #onLeave: () => void;
  #next: number;
  #hasLeft = false;

  /** `from`: the first offset to read. The feed must be ready. */
  constructor(feed: SessionFeed, from: number, onLeave: () => void) {
    this.#feed = feed;
    this.#next = from;
    this.#onLeave = onLeave;
  }

  /** The first offset that it has not read. */
  get next(): number {
    return this.#next;
  }

  /** Aborted when the reader did not keep up and was cut off. */
  get cutOff(): AbortSignal {
    return this.#queue.overflow;
  }

  /** In batches; ends when the conversation is over, when the reader was cut off, or after `leave`. */
  async *read(): AsyncGenerator<FeedItem[]> {
    try {
      for (;;) {
        if (this.#hasLeft) return;
        if (this.#next > this.#feed.head) break;
        const page = await this.#feed.readPage(this.#next);
        const last = page.events.at(-1);
        if (last === undefined) return;
        this.#next = last.offset + 1;
        yield page.events.map(toEventItem);
      }
      // From the look at the head to here nothing was awaited, so nothing came between.
      this.#feed.join(this.#queue);
      for (let items = await this.#queue.take(); items !== null; items = await this.#queue.take()) {
        yield items.filter((item) => item.kind === 'live' || item.offset >= this.#next);
      }
    } finally {
      this.leave();
    }
  }

  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#feed.leave(this.#queue);
    this.#queue.end();
    this.#onLeave();
  }
}
