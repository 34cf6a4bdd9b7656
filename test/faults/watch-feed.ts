/** A client that reads a session's feed as a browser does: it comes back with Last-Event-ID until it is told to leave. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import type { Json } from '../support/product-client.ts';
import { LiveText } from './live-text.ts';

export interface FeedWatcher {
  /** In the order in which they came. */
  events: Json[];
  /** What should not have been seen. */
  violations: string[];
  /** How often the stream was opened. */
  connections(): number;
  leave(): Promise<void>;
}

const COME_BACK_MS = 200;

/** `isUndisturbed`: every delta has to arrive, so that the joined text must be the whole answer. */
export function watchFeed(url: string, session: string, isUndisturbed: boolean): FeedWatcher {
  const events: Json[] = [];
  const violations: string[] = [];
  const live = new LiveText();
  const leaving = new AbortController();
  let connections = 0;

  function receive({ id, data }: EventSourceMessage): void {
    const event = JSON.parse(data) as Json;
    if (id === undefined) return live.receive(event);
    if (Number(id) !== events.length + 1 || event.offset !== Number(id)) {
      violations.push(`the stream told offset ${id} after ${events.length}`);
    }
    events.push(event);
    if (event.type !== 'message.committed') return;
    const difference = live.replace(event, isUndisturbed);
    if (difference !== null) violations.push(difference);
  }

  async function follow(): Promise<void> {
    while (!leaving.signal.aborted) {
      try {
        const body = await openStream(`${url}/v1/sessions/${session}/events`, events.length, leaving.signal);
        connections += 1;
        await readEvents(body, receive);
      } catch {
        // Refused, or broken off: come back.
      }
      if (events.at(-1)?.type === 'session.closed') return;
      await sleep(COME_BACK_MS, undefined, { signal: leaving.signal }).catch(() => undefined);
    }
  }

  const done = follow();
  return {
    ...{ events, violations, connections: () => connections },
    async leave() {
      leaving.abort();
      await done;
    },
  };
}

type Body = AsyncIterable<Uint8Array>;

/** `last`: the last offset that was seen, 0 for none. */
async function openStream(address: string, last: number, signal: AbortSignal): Promise<Body> {
  const headers = { accept: 'text/event-stream', ...(last > 0 ? { 'last-event-id': String(last) } : {}) };
  const response = await fetch(address, { signal, headers });
  if (response.status !== 200 || response.body === null) throw new Error(`refused: ${response.status}`);
  return response.body as Body;
}

async function readEvents(body: Body, onEvent: (event: EventSourceMessage) => void): Promise<void> {
  const parser = createParser({ onEvent });
  const decoder = new TextDecoder();
  for await (const chunk of body) parser.feed(decoder.decode(chunk, { stream: true }));
}
