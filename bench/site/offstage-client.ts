/** The HTTP API as the bench speaks it: connections kept alive, and streams that tell when each event came. */
import { createParser } from 'eventsource-parser';
import { Agent, request } from 'undici';
import { readClock } from '../monotonic-clock.ts';

export interface StreamEvent {
  type: string;
  /* eslint-disable-next-line @typescript-eslint/no-explicit-any -- the measurements look into events freely */
  data: any;
  /** When it came, in milliseconds of the shared clock. */
  at: number;
}

export interface EventStream {
  /** The next event that fits, of those that come after this call. */
  next(fits: (event: StreamEvent) => boolean): Promise<StreamEvent>;
  close(): void;
}

export interface OffstageClient {
  /** Gives the id. */
  open(team: string): Promise<string>;
  /** A message, until its turn has ended. */
  ask(session: string, text: string): Promise<void>;
  /** A message, until it is accepted. */
  send(session: string, text: string): Promise<void>;
  /** A message whose turn is streamed in the same request. */
  askStreaming(session: string, text: string): Promise<EventStream>;
  follow(session: string): Promise<EventStream>;
  /* eslint-disable-next-line @typescript-eslint/no-explicit-any -- the measurements look into answers freely */
  read(path: string): Promise<any>;
  close(session: string): Promise<void>;
  end(): Promise<void>;
}

const DEADLINE_MS = 300_000;

export function createOffstageClient(url: string): OffstageClient {
  const dispatcher = new Agent({ keepAliveTimeout: 60_000, bodyTimeout: 0, headersTimeout: DEADLINE_MS });
  const call = async (
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const response = await request(new URL(path, url), {
      ...{ method, dispatcher, headers: { 'content-type': 'application/json', ...headers } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.statusCode >= 400)
      throw new Error(`${method} ${path}: ${response.statusCode} ${await response.body.text()}`);
    return response;
  };
  /* eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above */
  const callForJson = async (...args: Parameters<typeof call>): Promise<any> =>
    (await call(...args)).body.json();
  const messages = (session: string): string => `/v1/sessions/${session}/messages`;
  const stream = { accept: 'text/event-stream' };
  return {
    open: async (team) => (await callForJson('POST', '/v1/sessions', { team })).id as string,
    async ask(session, text) {
      const answer = await callForJson('POST', messages(session), { text }, { prefer: 'wait=100' });
      if (answer.outcome !== 'answered')
        throw new Error(`The turn ended otherwise: ${JSON.stringify(answer)}`);
    },
    send: async (session, text) => void (await callForJson('POST', messages(session), { text })),
    askStreaming: async (session, text) =>
      readStream(await call('POST', messages(session), { text }, stream)),
    follow: async (session) =>
      readStream(await call('GET', `/v1/sessions/${session}/events?from=latest`, undefined, stream)),
    read: (path) => callForJson('GET', path),
    close: async (session) =>
      void (await callForJson('POST', `/v1/sessions/${session}/close`, { tasks: 'stop' })),
    end: () => dispatcher.destroy(),
  };
}

interface Waiter {
  fits: (event: StreamEvent) => boolean;
  resolve: (event: StreamEvent) => void;
}

function readStream({ body }: Awaited<ReturnType<typeof request>>): EventStream {
  let waiters: Waiter[] = [];
  let at = 0;
  const parser = createParser({
    onEvent({ event: type = '', data }) {
      const event = { type, at, data: JSON.parse(data) };
      for (const waiter of waiters.filter(({ fits }) => fits(event))) {
        waiters = waiters.filter((other) => other !== waiter);
        waiter.resolve(event);
      }
    },
  });
  const decoder = new TextDecoder();
  body.on('data', (chunk: Buffer) => {
    at = readClock();
    parser.feed(decoder.decode(chunk, { stream: true }));
  });
  body.on('error', () => undefined);
  return {
    next: (fits) =>
      new Promise((resolve, reject) => {
        const tooLate = setTimeout(() => reject(new Error('An event did not come in time')), DEADLINE_MS);
        waiters.push({
          fits,
          resolve(event) {
            clearTimeout(tooLate);
            resolve(event);
          },
        });
      }),
    close: () => body.destroy(),
  };
}
