/**
 * A model provider that answers by a script, over real HTTP: each request takes the next answer, byte for byte as it
 * was written. It serves any path, so one server is OpenAI at `/v1` and Anthropic at its root. A request that the
 * script does not expect is answered with 500 and fails `assertUsed`, as does an answer that nobody asked for.
 */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is done with the connection, in order: text and bytes are written. */
export type Step =
  | string
  | Uint8Array
  /** Waits: for this promise, or for ever. */
  | { wait: Promise<unknown> | 'forever' }
  /** Closes the socket in the middle, as a network does. */
  | 'reset';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  steps: Step[];
}

export interface RecordedRequest {
  path: string;
  headers: IncomingHttpHeaders;
  /** The parsed body. */
  body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look into it freely
  /** Resolves when the connection of this request has closed before its answer was complete. */
  aborted: Promise<void>;
  /** The number of the connection, from 1. */
  connection: number;
}

export type Script = Answer | ((request: RecordedRequest) => Answer);

export interface ScriptedProvider {
  /** Without a path: Anthropic's base URL. */
  url: string;
  /** OpenAI's base URL. */
  openaiUrl: string;
  requests: RecordedRequest[];
  /** Answers for the next requests, in order. */
  script(...answers: Script[]): void;
  /** Resolves when so many requests have come in all. */
  received(count: number): Promise<RecordedRequest>;
  /** Throws when a request was not expected, or an answer not used. */
  assertUsed(): void;
  close(): Promise<void>;
}

export async function startScriptedProvider(): Promise<ScriptedProvider> {
  const waiting: Script[] = [];
  const requests: RecordedRequest[] = [];
  const unexpected: string[] = [];
  const connections = new WeakMap<object, number>();
  let connectionCount = 0;
  let watchers: (() => void)[] = [];

  const server = createServer((request, response) => {
    void record(request, response, connections.get(request.socket) ?? 0).then((recorded) => {
      requests.push(recorded);
      for (const watcher of watchers) watcher();
      const next = waiting.shift();
      if (next === undefined) unexpected.push(recorded.path);
      const answer = next ?? httpError(500, { error: { message: 'the script is used up' } });
      return play(typeof answer === 'function' ? answer(recorded) : answer, response);
    });
  });
  server.on('connection', (socket) => connections.set(socket, ++connectionCount));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    openaiUrl: `${url}/v1`,
    requests,
    script: (...answers) => void waiting.push(...answers),
    received: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = requests[count - 1];
          if (found === undefined) return;
          watchers = watchers.filter((watcher) => watcher !== look);
          resolve(found);
        };
        watchers.push(look);
        look();
      }),
    assertUsed() {
      if (unexpected.length > 0) throw new Error(`Requests without an answer: ${unexpected.join(', ')}`);
      if (waiting.length > 0) throw new Error(`${waiting.length} answers of the script were not asked for`);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function record(
  request: IncomingMessage,
  response: ServerResponse,
  connection: number,
): Promise<RecordedRequest> {
  const aborted = new Promise<void>((resolve) => {
    response.on('close', () => {
      if (!response.writableFinished) resolve();
    });
  });
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const body: unknown = text === '' ? null : JSON.parse(text);
  return { path: request.url ?? '', headers: request.headers, body, aborted, connection };
}

async function play(answer: Answer, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, answer.headers);
  response.flushHeaders();
  for (const step of answer.steps) {
    if (typeof step === 'object' && 'wait' in step) {
      if (step.wait === 'forever') return;
      await step.wait;
    } else if (step === 'reset') {
      response.socket?.destroy();
      return;
    } else {
      await new Promise((resolve) => response.write(step, resolve));
    }
  }
  response.end();
}

/** A stream of these steps: events, waits, resets, nonsense. */
export function stream(...steps: Step[]): Answer {
  return { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' }, steps };
}

/** An answer other than a stream. */
export function httpError(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    steps: [typeof body === 'string' ? body : JSON.stringify(body)],
  };
}

/** The answer up to its `count`th step (from the end, if negative), then `then` instead of the rest. */
export function cutAnswer(answer: Answer, count: number, ...then: Step[]): Answer {
  return { ...answer, steps: [...answer.steps.slice(0, count), ...then] };
}
