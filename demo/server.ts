/**
 * The demo model: a provider on loopback that the real SDKs talk to when no other is configured. It answers by
 * rules (decide-reply.ts). A mock server from a package would not do: for Messages it drops images, documents,
 * the tool choice and the order of results and words, and it streams on when the client has gone.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { anthropicProtocol } from './anthropic-protocol.ts';
import type { Conversation, Reply } from './conversation.ts';
import { decideReply } from './decide-reply.ts';
import { openAiProtocol } from './openai-protocol.ts';
import { countTokens } from './protocol.ts';
import type { Envelope, Protocol } from './protocol.ts';

export interface DemoModel {
  /** `http://127.0.0.1:<port>`: Anthropic's base URL; OpenAI's is this and `/v1`. */
  baseUrl: string;
  stop(): Promise<void>;
}

export interface DemoModelOptions {
  /** Milliseconds before each piece of about three words: in a conversation, and in a task at work. */
  talkDelayMs?: number;
  workDelayMs?: number;
}

const DEMO_MODEL_NAME = 'offstage-demo';

type Delays = Record<Reply['pace'], number>;

/** Starts the demo model on a free port of loopback. `stop` cuts the streams that are still open. */
export async function startDemoModel(options: DemoModelOptions = {}): Promise<DemoModel> {
  const delays = { talk: options.talkDelayMs ?? 20, work: options.workDelayMs ?? 200 };
  const server = createServer((request, response) => {
    answer(request, response, delays).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}`, stop: () => stopServer(server) };
}

function stopServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}

function findProtocol(request: IncomingMessage): Protocol | null {
  const path = new URL(request.url ?? '/', 'http://demo').pathname;
  if (request.method !== 'POST') return null;
  if (path.endsWith('/chat/completions')) return openAiProtocol;
  return path.endsWith('/messages') ? anthropicProtocol : null;
}

async function answer(request: IncomingMessage, response: ServerResponse, delays: Delays): Promise<void> {
  const protocol = findProtocol(request);
  if (protocol === null) {
    const words = 'The demo model answers POST /v1/chat/completions and POST /v1/messages only.';
    return sendJson(response, 404, openAiProtocol.fail(words));
  }
  const bytes = await buffer(request);
  let body: Record<string, unknown>;
  let conversation: Conversation;
  try {
    body = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    conversation = protocol.read(body);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    return sendJson(
      response,
      400,
      protocol.fail(`The request is not one of this protocol: ${error.message}`),
    );
  }
  const reply = decideReply(conversation);
  const envelope: Envelope = {
    hash: createHash('sha256').update(bytes).digest('hex'),
    model: DEMO_MODEL_NAME,
    inputTokens: countTokens([body['system'], body['tools'], body['messages']]),
    outputTokens: countTokens(reply.text + JSON.stringify(reply.calls)),
    includeUsage: (body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage === true,
  };
  if (body['stream'] !== true) return sendJson(response, 200, protocol.complete(reply, envelope));
  await sendStream(response, protocol.stream(reply, envelope), delays[reply.pace]);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Ends when the client has gone: an interrupted turn has nobody to talk to. */
async function sendStream(
  response: ServerResponse,
  frames: Iterable<string>,
  delayMs: number,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.flushHeaders();
  for (const frame of frames) {
    if (delayMs > 0) await sleep(delayMs, undefined, { signal: gone.signal }).catch(() => undefined);
    if (gone.signal.aborted) return;
    response.write(frame);
  }
  response.end();
}
