import type { ChainableCommander, Redis } from 'ioredis';
import type { Bus, Listener, Topic } from './bus.ts';
import { BusError } from './bus-error.ts';
import { MemoryBus } from './memory-bus.ts';
import { readBusMessage } from './read-bus-message.ts';
import { openRedisConnection } from './redis-connection.ts';

/** Publications that the server has not confirmed. Beyond that it does not keep up, and they are dropped. */
const UNCONFIRMED_LIMIT = 10_000;
const CLOSE_WITHIN_MS = 1_000;

/**
 * The bus between processes: a topic is a channel of Redis. While Redis is away messages are lost, nobody is
 * disturbed, and subscriptions come back with the connection.
 */
export class RedisBus implements Bus {
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #onError: (error: unknown) => void;
  /** Hands what arrives to the listeners of this process, in order. */
  readonly #local: MemoryBus;
  readonly #listeners = new Map<string, number>();
  /** Settles when the server has the subscription. */
  readonly #confirmed = new Map<string, Promise<void>>();
  /** The connections that are away. */
  readonly #away = new Set<'publisher' | 'subscriber'>();
  #isOutageTold = false;
  #isStrangerTold = false;
  #isClosed = false;
  /** Of this connection of the publisher. Those of an earlier one are never answered. */
  #unconfirmed = { count: 0 };
  /** Said, and not on its way yet. */
  readonly #outgoing: [topic: string, text: string][] = [];
  #settle: () => void = () => undefined;
  readonly #settled = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });

  /** `onError` hears what listeners threw, and of each outage of Redis once. */
  private constructor(url: string, onError: (error: unknown) => void) {
    this.#onError = onError;
    this.#local = new MemoryBus(onError);
    this.#away.add('publisher').add('subscriber');
    this.#publisher = this.#connect(url, 'publisher');
    this.#subscriber = this.#connect(url, 'subscriber');
    this.#subscriber.on('message', (topic: string, text: string) => this.#receive(topic, text));
  }

  /** Resolves when Redis is connected, or told to be away: then it is tried on, and the bus works when it is back. */
  static async open(url: string, onError: (error: unknown) => void): Promise<RedisBus> {
    const bus = new RedisBus(url, onError);
    await bus.#settled;
    return bus;
  }

  publish<T>(topic: Topic<T>, message: T): void {
    if (this.#publisher.status !== 'ready' || this.#unconfirmed.count >= UNCONFIRMED_LIMIT) return;
    this.#unconfirmed.count += 1;
    if (this.#outgoing.push([topic, JSON.stringify(message)]) === 1) setImmediate(() => this.#sendOut());
  }

  /** What is said in one turn of the event loop goes out as one write. */
  #sendOut(): void {
    const unconfirmed = this.#unconfirmed;
    const messages = this.#outgoing.splice(0);
    if (messages.length === 0) return;
    const pipeline = this.#publisher.pipeline();
    for (const [topic, text] of messages) pipeline.publish(topic, text);
    void this.#send(untilDone(pipeline)).then(() => {
      unconfirmed.count -= messages.length;
    });
  }

  subscribe<T>(topic: Topic<T>, listener: Listener<T>): () => void {
    const end = this.#local.subscribe(topic, listener);
    const count = this.#listeners.get(topic) ?? 0;
    this.#listeners.set(topic, count + 1);
    if (count === 0 && this.#subscriber.status === 'ready')
      this.#confirmed.set(topic, this.#send(this.#subscriber.subscribe(topic)));
    let isEnded = false;
    return () => {
      if (isEnded) return;
      isEnded = true;
      end();
      this.#release(topic);
    };
  }

  /** While Redis is away nothing is published either. */
  async subscribed<T>(topic: Topic<T>): Promise<void> {
    await this.#confirmed.get(topic);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listeners.clear();
    await Promise.all([this.#publisher, this.#subscriber].map(endConnection));
    await this.#local.close();
  }

  #connect(url: string, name: 'publisher' | 'subscriber'): Redis {
    return openRedisConnection(url, {
      onReady: () => this.#onReady(name),
      onAway: (reason) => {
        this.#away.add(name);
        this.#tellOutage(reason);
      },
    });
  }

  #onReady(name: 'publisher' | 'subscriber'): void {
    this.#away.delete(name);
    if (name === 'publisher') {
      this.#unconfirmed = { count: 0 };
      this.#outgoing.length = 0;
    }
    const topics = [...this.#listeners.keys()];
    if (name === 'subscriber' && topics.length > 0) void this.#send(this.#subscriber.subscribe(...topics));
    if (this.#away.size > 0) return;
    this.#isOutageTold = false;
    this.#settle();
  }

  #tellOutage(reason: unknown): void {
    if (this.#isClosed || this.#isOutageTold) return;
    this.#isOutageTold = true;
    this.#settle();
    this.#onError(
      new BusError(`Redis (REDIS_URL) is away, streams are slower until it is back: ${String(reason)}`),
    );
  }

  #release(topic: string): void {
    const count = (this.#listeners.get(topic) ?? 0) - 1;
    if (count > 0) this.#listeners.set(topic, count);
    else if (
      this.#listeners.delete(topic) &&
      this.#confirmed.delete(topic) &&
      this.#subscriber.status === 'ready'
    )
      void this.#send(this.#subscriber.unsubscribe(topic));
  }

  /** A command that fails is an outage, or the server refuses it: told likewise, once. */
  async #send(command: Promise<unknown>): Promise<void> {
    try {
      await command;
    } catch (error) {
      this.#tellOutage(error);
    }
  }

  #receive(topic: string, text: string): void {
    const message = readBusMessage(topic, text);
    if (message !== null) this.#local.publish(topic, message);
    else if (!this.#isStrangerTold) {
      this.#isStrangerTold = true;
      this.#onError(
        new BusError(
          `A message on the Redis channel ${topic} is none of Offstage, or of another version. Such are dropped, which is said once.`,
        ),
      );
    }
  }
}

/** Rejects with the first refusal. */
async function untilDone(pipeline: ChainableCommander): Promise<void> {
  const refusal = (await pipeline.exec())?.find(([error]) => error !== null);
  if (refusal !== undefined) throw refusal[0] as Error;
}

async function endConnection(redis: Redis): Promise<void> {
  if (redis.status === 'ready') {
    const tooLate = new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref());
    await Promise.race([redis.quit().catch(() => undefined), tooLate]);
  }
  redis.disconnect();
}
