import type { Logger } from 'pino';
import type { Bus } from '../../bus/bus.ts';
import { toWorkflowId } from '../../protocol/ids.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import type { EventSource } from './event-source.ts';
import { FeedReader } from './feed-reader.ts';
import { SessionFeed } from './session-feed.ts';
import type { FeedBegin } from './session-feed.ts';

/** The feeds that somebody reads at the moment. The last reader of a feed closes it. */
export class SessionFeeds {
  readonly #dependencies: { source: EventSource; bus: Bus; logger: Logger };
  readonly #feeds = new Map<string, { feed: SessionFeed; readers: number }>();
  #cutOff = 0;

  constructor(dependencies: { source: EventSource; bus: Bus; logger: Logger }) {
    this.#dependencies = dependencies;
  }

  /** Rejects as the promise of its begin does. */
  async open(id: ConversationId, from: FeedBegin): Promise<FeedReader> {
    const key = toWorkflowId(id);
    let entry = this.#feeds.get(key);
    if (entry === undefined || entry.feed.isOver) {
      entry = { feed: new SessionFeed(id, this.#dependencies, from), readers: 0 };
      this.#feeds.set(key, entry);
    }
    const { feed } = entry;
    entry.readers += 1;
    const leave = (): void => this.#leave(key, feed);
    let first: number;
    try {
      const [begin] = await Promise.all([from, feed.ready()]);
      first = begin === 'latest' ? feed.head + 1 : begin;
    } catch (error) {
      leave();
      throw error;
    }
    const reader = new FeedReader(feed, first, leave);
    reader.cutOff.addEventListener('abort', () => (this.#cutOff += 1));
    return reader;
  }

  /** What is open at the moment, and how many readers did not keep up so far. */
  count(): { readers: number; subscriptions: number; cutOff: number } {
    const entries = [...this.#feeds.values()];
    return {
      readers: entries.reduce((sum, { readers }) => sum + readers, 0),
      subscriptions: entries.reduce((sum, { feed }) => sum + feed.subscriptions, 0),
      cutOff: this.#cutOff,
    };
  }

  /** Ends all readers. */
  stop(): void {
    for (const { feed } of this.#feeds.values()) feed.stop();
    this.#feeds.clear();
  }

  #leave(key: string, feed: SessionFeed): void {
    const entry = this.#feeds.get(key);
    if (entry === undefined || entry.feed !== feed) {
      feed.stop();
      return;
    }
    entry.readers -= 1;
    if (entry.readers > 0) return;
    this.#feeds.delete(key);
    feed.stop();
  }
}
