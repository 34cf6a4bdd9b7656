/**
 * Reads of one conversation, shared: a server buffers few queries per workflow, so one is in flight at a time and
 * those who come meanwhile share the next one. They never share one that began before they came: it could lack
 * what they have just been told.
 */
import type { ConversationRead } from '../../protocol/session-messages.ts';

type Query = (workflowId: string, fromOffset: number) => Promise<ConversationRead>;

interface Waiter {
  fromOffset: number;
  resolve: (read: ConversationRead) => void;
  reject: (error: unknown) => void;
}

export class SharedReads {
  readonly #query: Query;
  /** Conversations with a query in flight, each with those who wait for the next one. */
  readonly #waiting = new Map<string, Waiter[]>();

  constructor(query: Query) {
    this.#query = query;
  }

  read(workflowId: string, fromOffset: number): Promise<ConversationRead> {
    return new Promise((resolve, reject) => {
      const waiter = { fromOffset, resolve, reject };
      const waiting = this.#waiting.get(workflowId);
      if (waiting !== undefined) {
        waiting.push(waiter);
        return;
      }
      this.#waiting.set(workflowId, [waiter]);
      void this.#serve(workflowId);
    });
  }

  async #serve(workflowId: string): Promise<void> {
    for (;;) {
      const batch = this.#waiting.get(workflowId) ?? [];
      if (batch.length === 0) {
        this.#waiting.delete(workflowId);
        return;
      }
      this.#waiting.set(workflowId, []);
      const again = await this.#ask(workflowId, batch);
      this.#waiting.get(workflowId)?.push(...again);
    }
  }

  /** One query for all of them; returns those whose events were beyond its page. */
  async #ask(workflowId: string, batch: Waiter[]): Promise<Waiter[]> {
    const fromOffset = Math.min(...batch.map((waiter) => waiter.fromOffset));
    let read: ConversationRead;
    try {
      read = await this.#query(workflowId, fromOffset);
    } catch (error) {
      for (const waiter of batch) waiter.reject(error);
      return [];
    }
    const last = read.events.at(-1)?.offset ?? read.view.offset;
    const again: Waiter[] = [];
    for (const waiter of batch) {
      const isBeyondPage = waiter.fromOffset > last && waiter.fromOffset <= read.view.offset;
      if (isBeyondPage && waiter.fromOffset !== fromOffset) again.push(waiter);
      else
        waiter.resolve({ ...read, events: read.events.filter((event) => event.offset >= waiter.fromOffset) });
    }
    return again;
  }
}
