/**
 * The feed of one conversation in this process: one subscription and one reader of the workflow, whatever the
 * number of those who watch. A poke is a hint that there may be more; the workflow says what there is.
 */
import type { Logger } from 'pino';
import { toLiveTopic } from '../../bus/bus.ts';
import type { Bus } from '../../bus/bus.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import type { LiveMessage } from '../../protocol/live.ts';
import type { EventResource } from '../../protocol/schemas/event.ts';
import type { EventPage, EventSource, FeedHead } from './event-source.ts';
import { toEventItem, toLiveItem } from './feed-item.ts';
import type { FeedItem, LiveEvent } from './feed-item.ts';
import { TemporalAway } from '../gateway/failures.ts';
import { isOutage } from './is-outage.ts';
import { TransferFeeds } from './transfer-feeds.ts';

const PAGE = 200;
/** An open feed also asks without a poke: pokes may be lost. */
const ASK_EVERY_MS = 15_000;
const RETRY_AFTER_MS = 1000;

export interface FeedListener {
  push(item: FeedItem): void;
  end(): void;
}

export class SessionFeed {
  readonly id: ConversationId;
  readonly #source: EventSource;
  readonly #logger: Logger;
  readonly #unsubscribe: () => void;
  readonly #listeners = new Set<FeedListener>();
  readonly #opening: Promise<void>;
  readonly #transfers: TransferFeeds;
  #head = 0;
  #timer: NodeJS.Timeout | null = null;
  #isAsking = false;
  #isPoked = false;
  #isOver = false;

  /** Sends what comes from now on, or everything from the first event on. */
  constructor(
    id: ConversationId,
    { source, bus, logger }: { source: EventSource; bus: Bus; logger: Logger },
    from: 'first' | 'latest' = 'latest',
  ) {
    this.id = id;
    this.#source = source;
    this.#logger = logger;
    this.#unsubscribe = bus.subscribe(toLiveTopic(id), (message) => this.#receive(message));
    this.#transfers = new TransferFeeds(
      (task, begin) => new SessionFeed({ ...id, task }, { source, bus, logger }, begin),
      (event) => this.#pushLive(event),
    );
    this.#opening = this.#open(from);
    this.#opening.catch(() => undefined);
  }

  /** Resolves when it is known where the feed stands. */
  async ready(): Promise<void> {
    await this.#opening;
  }

  /** The last offset that was sent to listeners. */
  get head(): number {
    return this.#head;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Its own, and those of the tasks that its conversation waits for. */
  get subscriptions(): number {
    return this.#isOver ? 0 : 1 + this.#transfers.subscriptions;
  }

  /** While Temporal is away, what the store has. */
  async readPage(from: number): Promise<EventPage> {
    try {
      return await this.#source.readPage(this.id, from, PAGE);
    } catch (error) {
      if (!(error instanceof TemporalAway)) throw error;
      const stored = await this.#source.readPage(this.id, from, PAGE, { storedOnly: true });
      if (stored.events.length === 0) throw error;
      return stored;
    }
  }

  /** From now on the listener gets live text, and every event after `head`. */
  join(listener: FeedListener): void {
    if (this.#isOver) listener.end();
    else this.#listeners.add(listener);
  }

  leave(listener: FeedListener): void {
    this.#listeners.delete(listener);
  }

  stop(): void {
    this.#isOver = true;
    this.#unsubscribe();
    this.#transfers.stop();
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }

  async #open(from: 'first' | 'latest'): Promise<void> {
    if (from === 'latest') {
      const { offset, transfers } = await this.#findHead();
      this.#head = offset;
      this.#transfers.takeUp(transfers);
    }
    // What happened since is asked for at once, so that a poke that came meanwhile is not lost.
    void this.#ask();
  }

  async #findHead(): Promise<FeedHead> {
    try {
      return await this.#source.findHead(this.id);
    } catch (error) {
      if (!(error instanceof TemporalAway)) throw error;
      return this.#source.findStoredHead(this.id);
    }
  }

  #receive(message: LiveMessage): void {
    if (message.type === 'poke') {
      if (message.offset > this.#head) void this.#ask();
      return;
    }
    this.#pushLive(message);
  }

  #pushLive(event: LiveEvent): void {
    const item = toLiveItem(event);
    for (const listener of this.#listeners) listener.push(item);
  }

  /** One question at a time; those that come meanwhile make one more. */
  async #ask(): Promise<void> {
    this.#isPoked = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    let pause = ASK_EVERY_MS;
    try {
      await this.#opening;
      while (this.#isPoked && !this.#isOver) {
        this.#isPoked = false;
        await this.#advance();
      }
    } catch (error) {
      pause = RETRY_AFTER_MS;
      if (!isOutage(error)) this.#logger.warn({ err: error, ...this.id }, 'a feed cannot go on');
    }
    this.#isAsking = false;
    this.#askAgainIn(pause);
  }

  #askAgainIn(pause: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#isOver) return;
    this.#timer = setTimeout(() => void this.#ask(), pause);
    this.#timer.unref();
  }

  async #advance(): Promise<void> {
    let page: EventPage;
    do {
      page = await this.#source.readPage(this.id, this.#head + 1, PAGE);
      if (this.#isOver) return;
      for (const event of page.events) this.#send(event);
    } while (!page.isAtHead && page.events.length > 0);
    if (page.isEnded) this.stop();
  }

  #send(event: EventResource): void {
    this.#head = event.offset;
    this.#transfers.observe(event);
    const item = toEventItem(event);
    for (const listener of this.#listeners) listener.push(item);
  }
}
