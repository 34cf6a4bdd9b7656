/** The HTTP API as a test speaks it: plain requests, the whole feed, and streams that can be looked into. */
import { createParser } from 'eventsource-parser';
import { eventSchema } from '../../protocol/schemas/event.ts';
import { waitFor } from './wait-for.ts';

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers freely */
export type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

export interface StreamedEvent {
  /** The offset; null for what is live only. */
  id: number | null;
  type: string;
  data: Json;
}

export interface OpenStream {
  status: number;
  events: StreamedEvent[];
  /** How soon to come back, as the server told it; null while it did not. */
  retry(): number | null;
  /** Resolves with the first event that fits, whenever it came. */
  until(fits: (event: StreamedEvent) => boolean): Promise<StreamedEvent>;
  /** Resolves when the server has ended it. */
  ended: Promise<void>;
  close(): void;
}

export interface ProductClient {
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** A new session; 201 is expected. */
  open(body: unknown): Promise<Json>;
  /** A message to the session and the end of its turn. */
  ask(session: string, text: string): Promise<Json>;
  upload(bytes: Uint8Array, name: string, mediaType: string): Promise<Json>;
  /** Every event of the feed so far, each checked against its schema. `of`: a session, or `session/tasks/task`. */
  readFeed(of: string): Promise<Json[]>;
  readTranscript(of: string): Promise<Json[]>;
  stream(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<OpenStream>;
  /** Until nothing is under way: no turn, no task, no completion that is to be told. */
  settled(session: string): Promise<Json>;
}

const WAIT_MS = 60_000;

export function createProductClient(url: string): ProductClient {
  const call = (method: string, path: string, body: unknown, headers: Record<string, string>) => {
    const isText = typeof body === 'string' || body instanceof FormData;
    return fetch(new URL(path, url), {
      method,
      headers: {
        ...(body === undefined || isText ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
  };
  const client: ProductClient = {
    async request(method, path, body, headers = {}) {
      const response = await call(method, path, body, headers);
      const text = await response.text();
      const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    },
    async open(body) {
      const { status, body: session } = await client.request('POST', '/v1/sessions', body);
      if (status !== 201) throw new Error(`${status}: ${JSON.stringify(session)}`);
      return session;
    },
    async ask(session, text) {
      const path = `/v1/sessions/${session}/messages`;
      const { status, body } = await client.request('POST', path, { text }, { Prefer: 'wait=60' });
      if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
      return body;
    },
    async upload(bytes, name, mediaType) {
      const form = new FormData();
      form.append('file', new Blob([bytes], { type: mediaType }), name);
      return (await client.request('POST', '/v1/files', form)).body;
    },
    readFeed: async (of) =>
      (await readAll(client, `/v1/sessions/${of}/events`)).map((event) => eventSchema.parse(event)),
    readTranscript: (of) => readAll(client, `/v1/sessions/${of}/messages`),
    stream: async (method, path, body, headers = {}) => {
      const leaving = new AbortController();
      const response = await fetch(new URL(path, url), {
        ...{ method, signal: leaving.signal },
        headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return readStream(response, () => leaving.abort());
    },
    settled: (session) =>
      waitFor(
        async () => {
          const { body } = await client.request('GET', `/v1/sessions/${session}`);
          return !['opening', 'busy'].includes(body.status) && body.tasks.every(isOver)
            ? (body as Json)
            : null;
        },
        { deadline: WAIT_MS, interval: 100, what: 'the session to come to rest' },
      ),
  };
  return client;
}

function isOver({ endedAt, notice }: { endedAt: string | null; notice: { state: string } }): boolean {
  return endedAt !== null && notice.state !== 'pending' && notice.state !== 'delivered';
}

async function readAll(client: ProductClient, path: string): Promise<Json[]> {
  const all: Json[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const answer = await client.request('GET', `${path}${query}`, undefined, { accept: 'application/json' });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    all.push(...answer.body.data);
    cursor = answer.body.nextCursor;
  }
  return all;
}

function readStream(response: Response, close: () => void): OpenStream {
  const events: StreamedEvent[] = [];
  let retry: number | null = null;
  const parser = createParser({
    onRetry: (milliseconds) => (retry = milliseconds),
    onEvent: ({ id, event, data }) =>
      events.push({ id: id === undefined ? null : Number(id), type: event ?? '', data: JSON.parse(data) }),
  });
  const consume = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
  };
  return {
    ...{ status: response.status, events, close, retry: () => retry },
    until: (fits) => waitFor(() => events.find(fits), { deadline: WAIT_MS, what: 'an event of the stream' }),
    ended: consume().catch(() => undefined),
  };
}
