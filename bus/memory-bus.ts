import type { Bus, Listener, Topic } from './bus.ts';

interface Subscription {
  listener: Listener<never>;
  /** Settles when every message so far was taken. */
  delivered: Promise<void>;
  ended: boolean;
}

/** The bus of one process. A listener gets its next message when it is done with the one before. */
export class MemoryBus implements Bus {
  readonly #subscriptions = new Map<string, Set<Subscription>>();
  readonly #onError: (error: unknown) => void;

  /** `onError` hears what listeners threw. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  publish<T>(topic: Topic<T>, message: T): void {
    for (const subscription of this.#subscriptions.get(topic) ?? []) {
      subscription.delivered = subscription.delivered
        .then(() => (subscription.ended ? undefined : subscription.listener(message as never)))
        .catch(this.#onError);
    }
  }

  subscribe<T>(topic: Topic<T>, listener: Listener<T>): () => void {
    const subscription: Subscription = { listener, delivered: Promise.resolve(), ended: false };
    const subscriptions = this.#subscriptions.get(topic) ?? new Set();
    this.#subscriptions.set(topic, subscriptions.add(subscription));
    return () => {
      subscription.ended = true;
      subscriptions.delete(subscription);
      if (subscriptions.size === 0 && this.#subscriptions.get(topic) === subscriptions) {
        this.#subscriptions.delete(topic);
      }
    };
  }

  subscribed(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    const all = [...this.#subscriptions.values()].flatMap((subscriptions) => [...subscriptions]);
    this.#subscriptions.clear();
    for (const subscription of all) subscription.ended = true;
    await Promise.all(all.map(({ delivered }) => delivered));
  }
}
