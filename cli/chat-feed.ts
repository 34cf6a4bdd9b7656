/** A session's feed over server-sent events, taken up again where it was lost. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import { readProblem, toAuthorization } from './chat-api.ts';
import type { FeedEvent } from './chat-view.ts';

export interface FeedOptions {
  url: URL;
  apiKey: string | null;
  /** The first offset that is wanted. */
  from: number;
  signal: AbortSignal;
  onEvent(event: FeedEvent): void;
  /** The stream is open: what happens from now on is seen. */
  onConnected(): void;
  onLost(): void;
  /** The first wait before a new attempt; it doubles up to ten seconds. */
  retryMs?: number;
}

const LONGEST_RETRY_MS = 10_000;
/** The API sends a comment every 15 s: silence for three of them is a dead connection. */
const SILENCE_MS = 45_000;

/** Ends when the signal aborts or the session is over; throws an `ApiError` when the API refuses the stream for good. */
export async function followFeed(options: FeedOptions): Promise<void> {
  const { signal } = options;
  const firstRetryMs = options.retryMs ?? 250;
  const state = { lastOffset: options.from - 1, retryMs: firstRetryMs };
  while (!signal.aborted) {
    const connection = new AbortController();
    const onAbort = (): void => connection.abort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const response = await connect(options, state.lastOffset, connection.signal);
      if (response?.status === 204) return;
      if (response !== null) {
        options.onConnected();
        state.retryMs = firstRetryMs;
        await readStream(response, options, state, connection);
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      connection.abort();
    }
    if (signal.aborted) return;
    options.onLost();
    await sleep(state.retryMs, undefined, { signal }).catch(() => undefined);
    state.retryMs = Math.min(state.retryMs * 2, LONGEST_RETRY_MS);
  }
}

/** `null`: nobody answers now; try again. */
async function connect(
  options: FeedOptions,
  lastOffset: number,
  signal: AbortSignal,
): Promise<Response | null> {
  const headers = {
    accept: 'text/event-stream',
    'last-event-id': String(lastOffset),
    ...toAuthorization(options.apiKey),
  };
  const response = await fetch(options.url, { headers, signal }).catch(() => null);
  if (response === null || response.ok) return response;
  const problem = await readProblem(response);
  if (response.status >= 500 || response.status === 429) return null;
  throw problem;
}

async function readStream(
  response: Response,
  options: FeedOptions,
  state: { lastOffset: number; retryMs: number },
  connection: AbortController,
): Promise<void> {
  const take = (message: EventSourceMessage): void => {
    const event = JSON.parse(message.data) as FeedEvent;
    if ('offset' in event) {
      if (event.offset <= state.lastOffset) return;
      state.lastOffset = event.offset;
    }
    options.onEvent(event);
  };
  const parser = createParser({ onEvent: take, onRetry: (retryMs) => (state.retryMs = retryMs) });
  const decoder = new TextDecoder();
  // A read may hang for ever when its request is aborted just as the answer ends.
  const aborted = new Promise<undefined>((resolve) => {
    connection.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const silence = setTimeout(() => connection.abort(), SILENCE_MS);
  try {
    const reader = response.body?.getReader();
    for (;;) {
      const part = await Promise.race([reader?.read().catch(() => undefined), aborted]);
      if (part === undefined || part.done) return;
      silence.refresh();
      parser.feed(decoder.decode(part.value as Uint8Array, { stream: true }));
    }
  } finally {
    clearTimeout(silence);
  }
}
