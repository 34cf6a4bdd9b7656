/** As much of the HTTP API as a chat uses, driven by the test. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { FeedEvent } from '../../cli/chat-view.ts';

export const SESSION = 'ses_1';
const TEAM = { name: 'research', version: '1' };

export interface FakeApi {
  baseUrl: string;
  /** `POST /v1/sessions/ses_1/messages` and so on, in the order they came. */
  calls: { what: string; body: unknown; key: string | undefined }[];
  /** `Last-Event-ID` of each connection to the feed. */
  connections: string[];
  session: Record<string, unknown>;
  /** Answers to calls by `METHOD path`; each is used once, when `after` is over. */
  answers: Map<string, { status: number; body: unknown; after?: Promise<unknown> }>;
  /** Appends an event that has an offset, sends it or a live one to those who listen. */
  tell(...events: FeedEvent[]): void;
  /** Cuts every connection of the feed. */
  cut(): void;
  stop(): Promise<void>;
}

function frame(event: FeedEvent): string {
  const id = 'offset' in event ? `id: ${event.offset}\n` : '';
  return `${id}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

export async function startFakeApi(): Promise<FakeApi> {
  const feed: (FeedEvent & { offset: number })[] = [];
  const readers = new Set<ServerResponse>();
  const session = { id: SESSION, team: TEAM, agent: 'root', status: 'idle', offset: 0, tasks: [] };
  const server = createServer((request, response) => void answer(request, response));
  const api: FakeApi = {
    baseUrl: '',
    calls: [],
    connections: [],
    session,
    answers: new Map(),
    tell: (...events) => {
      for (const event of events) {
        if ('offset' in event) feed.push(event);
        api.session['offset'] = feed.at(-1)?.offset ?? 0;
        for (const reader of readers) reader.write(frame(event));
      }
    },
    cut: () => {
      for (const reader of readers) reader.destroy();
      readers.clear();
    },
    stop: async () => {
      api.cut();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function openFeed(request: IncomingMessage, response: ServerResponse): void {
    const last = String(request.headers['last-event-id']);
    api.connections.push(last);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': open\n\n');
    for (const event of feed) if (event.offset > Number(last)) response.write(frame(event));
    readers.add(response);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const what = `${request.method} ${request.url}`;
    if (what === `GET /v1/sessions/${SESSION}/events` && !api.answers.has(what))
      return openFeed(request, response);
    const body = request.method === 'POST' ? await json(request) : null;
    api.calls.push({ what, body, key: request.headers['idempotency-key'] as string | undefined });
    const own: Record<string, unknown> = {
      'POST /v1/sessions': api.session,
      [`GET /v1/sessions/${SESSION}`]: api.session,
      [`POST /v1/sessions/${SESSION}/interrupt`]: { changed: true },
    };
    const given = api.answers.get(what) ?? { status: 200, body: own[what] ?? {} };
    api.answers.delete(what);
    if ('after' in given) await given.after;
    response.writeHead(given.status, { 'content-type': 'application/json' });
    response.end(given.status === 204 ? undefined : JSON.stringify(given.body));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return api;
}
