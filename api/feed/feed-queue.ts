import type { FeedItem } from './feed-item.ts';

/** What a reader that does not keep up may have waiting, in characters of JSON. */
const CAPACITY = 1024 * 1024;

/** What waits for one reader of a feed. A full queue is the end of that reader: it resumes where it was. */
export class FeedQueue {
  #items: FeedItem[] = [];
  #size = 0;
  #state: 'open' | 'ended' | 'overflown' = 'open';
  readonly #overflow = new AbortController();
  #wake: (() => void) | null = null;

  push(item: FeedItem): void {
    if (this.#state !== 'open') return;
    this.#size += item.json.length;
    if (this.#size > CAPACITY) {
      this.#state = 'overflown';
      this.#items = [];
      this.#overflow.abort();
    } else {
      this.#items.push(item);
    }
    this.#wake?.();
  }

  /** What is waiting is still read. */
  end(): void {
    if (this.#state === 'open') this.#state = 'ended';
    this.#wake?.();
  }

  /** Aborted when the queue was full. */
  get overflow(): AbortSignal {
    return this.#overflow.signal;
  }

  /** All that waits, once there is something; null at the end. */
  async take(): Promise<FeedItem[] | null> {
    while (this.#items.length === 0) {
      if (this.#state !== 'open') return null;
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = null;
    }
    const items = this.#items;
    this.#items = [];
    this.#size = 0;
    return items;
  }
}
