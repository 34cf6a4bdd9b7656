/** A client that reads a session's feed as a browser does: it comes back with Last-Event-ID until it is told to leave. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import { textOf } from '../support/message-text.ts';
import type { Json } from '../support/product-client.ts';

export interface FeedWatcher {
  /** In the order in which they came. */
  events: Json[];
  /** What should not have been seen. */
  violations: string[];
  /** How often the stream was opened. */
  connections(): number;
  leave(): Promise<void>;
}

/** The text of one step as a client shows it while it comes. */
interface LiveStep {
  attempt: number;
  text: string;
}

const COME_BACK_MS = 200;

/** `isUndisturbed`: every delta has to arrive, so that the joined text must be the whole answer. */
export function watchFeed(url: string, session: string, isUndisturbed: boolean): FeedWatcher {
  const events: Json[] = [];
  const violations: string[] = [];
  const live = new Map<string, LiveStep>();
  const leaving = new AbortController();
  let connections = 0;

  function receive({ id, data }: EventSourceMessage): void {
    const event = JSON.parse(data) as Json;
    if (id === undefined) return receiveLive(event);
    if (Number(id) !== events.length + 1 || event.offset !== Number(id)) {
      violations.push(`the stream told offset ${id} after ${events.length}`);
    }
    events.push(event);
    if (event.type === 'message.committed') compare(event, live.get(`${event.turn}.${event.step}`));
  }

  function receiveLive(event: Json): void {
    if (event.type !== 'delta' && event.type !== 'attempt.reset') return;
    const key = `${event.turn}.${event.step}`;
    // Live text comes before the durable word that its step began.
    const step = live.get(key) ?? { attempt: 0, text: '' };
    live.set(key, step);
    if (event.attempt > step.attempt || event.type === 'attempt.reset') step.text = '';
    step.attempt = Math.max(step.attempt, event.attempt);
    if (event.type === 'delta' && event.kind === 'text' && event.attempt === step.attempt) {
      step.text += event.text;
    }
  }

  function compare(event: Json, step: LiveStep | undefined): void {
    // Words that no model made are not streamed.
    if (event.usage === null) return;
    const shown = step?.text ?? '';
    const text = textOf(event);
    const fits = isUndisturbed ? shown === text : isSubsequence(shown, text);
    if (!fits) violations.push(`live text ${JSON.stringify(shown)} became ${JSON.stringify(text)}`);
  }

  async function follow(): Promise<void> {
    while (!leaving.signal.aborted) {
      try {
        await readStream(url, session, events.length, leaving.signal, receive, () => (connections += 1));
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

async function readStream(
  url: string,
  session: string,
  last: number,
  signal: AbortSignal,
  onEvent: (event: EventSourceMessage) => void,
  onOpen: () => void,
): Promise<void> {
  const response = await fetch(`${url}/v1/sessions/${session}/events`, {
    signal,
    headers: { accept: 'text/event-stream', ...(last > 0 ? { 'last-event-id': String(last) } : {}) },
  });
  if (response.status !== 200) throw new Error(`the stream was refused: ${response.status}`);
  onOpen();
  const parser = createParser({ onEvent });
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
}

function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const character of part) {
    at = whole.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
