/**
 * The feed of one conversation in this process: one subscription and one reader of the workflow, whatever the
 * number of those who watch. A poke is a hint that there may be more; the workflow says what there is.
 */
import { setTimeout as sleep } from 'node:timers/promises';
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
/** Longer than that the bus is not waited for: a feed that may have missed something asks again. */
const SUBSCRIBED_WITHIN_MS = 250;

/** Much more than is said until a feed is open. */
const EARLY_ITEMS = 1_000;

/** From where on a feed is read: an offset, which may not be known yet, or what comes from now on. */
export type FeedBegin = 'latest' | number | Promise<number>;

export interface FeedListener {
  push(item: FeedItem): void;
  end(): void;
}

export class SessionFeed {
  readonly id: ConversationId;
  readonly #source: EventSource;
  readonly #bus: Bus;
  readonly #logger: Logger;
  readonly #unsubscribe: () => void;
  readonly #listeners = new Set<FeedListener>();
  readonly #opening: Promise<void>;
  readonly #transfers: TransferFeeds;
  #head = 0;
  #timer: NodeJS.Timeout | null = null;
  #isAsking = false;
  /** The highest offset that a poke told of since the last question. */
  #poked = 0;
  /** What was read at the opening, for the reader that it was opened for. */
  #first: { from: number; page: EventPage } | null = null;
  /** Live text that came before anybody could listen, for the one that the feed was opened for. */
  #early: FeedItem[] | null = [];
  #isOver = false;

  /**
   * Sends what comes from now on, or everything from the first event on. With an offset, what comes from now on, and
   * the first page from there on is at hand for `readPage`. It listens at once, and may be told its offset later.
   */
  constructor(
    id: ConversationId,
    { source, bus, logger }: { source: EventSource; bus: Bus; logger: Logger },
    from: 'first' | FeedBegin = 'latest',
  ) {
    this.id = id;
    this.#source = source;
    this.#bus = bus;
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
    const first = this.#first;
    this.#first = null;
    if (first?.from === from) return first.page;
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
    if (this.#isOver) {
      listener.end();
      return;
    }
    this.#listeners.add(listener);
    for (const item of this.#early ?? []) listener.push(item);
    this.#early = null;
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

  async #open(from: 'first' | FeedBegin): Promise<void> {
    const isSubscribed = await this.#isSubscribed();
    const begin = from === 'first' ? null : await this.#findBegin(await orLatest(from));
    this.#head = begin?.offset ?? 0;
    this.#transfers.takeUp(begin?.transfers ?? []);
    // From here on pokes tell of what comes, but for those that were lost before the bus had the subscription.
    if (isSubscribed && begin?.isLive === true) this.#askAgainIn(ASK_EVERY_MS);
    else void this.#ask();
  }

  async #isSubscribed(): Promise<boolean> {
    const timer = new AbortController();
    const late = sleep(SUBSCRIBED_WITHIN_MS, false, { signal: timer.signal }).catch(() => false);
    const subscribed = this.#bus.subscribed(toLiveTopic(this.id)).then(() => true);
    const isSubscribed = await Promise.race([subscribed, late]);
    timer.abort();
    return isSubscribed;
  }

  async #findBegin(from: 'latest' | number): Promise<FeedHead> {
    try {
      return await (from === 'latest' ? this.#source.findHead(this.id) : this.#readBegin(from));
    } catch (error) {
      if (!(error instanceof TemporalAway)) throw error;
      return this.#source.findStoredHead(this.id);
    }
  }

  async #readBegin(from: number): Promise<FeedHead> {
    const page = await this.#source.readPage(this.id, from, PAGE);
    const { events, transfers, isAtHead, isEnded } = page;
    const last = events.at(-1);
    const isAll = last !== undefined && transfers !== null && isAtHead && !isEnded;
    // A page that fell between two runs has less than the head that is found a moment later.
    if (!isAll) return this.#source.findHead(this.id);
    this.#first = { from, page };
    return { offset: last.offset, isLive: true, transfers };
  }

  #receive(message: LiveMessage): void {
    if (message.type === 'poke') {
      if (message.offset > this.#head) void this.#ask(message.offset);
      return;
    }
    this.#pushLive(message);
  }

  #pushLive(event: LiveEvent): void {
    const item = toLiveItem(event);
    if (this.#early !== null && this.#early.length < EARLY_ITEMS) this.#early.push(item);
    for (const listener of this.#listeners) listener.push(item);
  }

  /** One question at a time; what is told meanwhile of events that it did not bring makes one more. */
  async #ask(offset = Infinity): Promise<void> {
    this.#poked = Math.max(this.#poked, offset);
    if (this.#isAsking) return;
    this.#isAsking = true;
    let pause = ASK_EVERY_MS;
    try {
      await this.#opening;
      while (this.#poked > this.#head && !this.#isOver) {
        this.#poked = 0;
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
      page = await this.#source.readPage(this.id, this.#head + 1, PAGE, { isRecent: true });
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

/** One whose message was refused is not the only one who reads. */
async function orLatest(from: FeedBegin): Promise<'latest' | number> {
  try {
    return await from;
  } catch {
    return 'latest';
  }
}
