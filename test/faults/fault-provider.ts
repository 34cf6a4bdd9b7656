/**
 * Models of both protocols, over real HTTP, that answer by what they are asked. Each request is counted by its content:
 * the answer names which try of the same request it is, so that it can be seen later whose answer was kept.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { anthropicProtocol } from '../../demo/anthropic-protocol.ts';
import { openAiProtocol } from '../../demo/openai-protocol.ts';
import { anthropicBlocks } from '../support/scripted-anthropic.ts';
import type { ScriptedBlock } from '../support/scripted-anthropic.ts';
import { openaiText, openaiToolCalls } from '../support/scripted-openai.ts';
import type { Answer, Step } from '../support/scripted-provider.ts';
import { decideAnswer } from './decide-answer.ts';
import type { Decision } from './decide-answer.ts';
import { misbehave } from './trouble.ts';
import type { Protocol } from './trouble.ts';
import type { Trouble } from './directive.ts';

export interface ModelRequest {
  /** Hash of path and body. */
  content: string;
  /** Which request with this content it is, from 1. */
  attempt: number;
  /** Milliseconds since 1970. */
  at: number;
  tags: string[];
  trouble: Trouble | null;
}

export interface FaultProvider {
  /** Without a path: Anthropic's base URL. OpenAI's has `/v1` behind it. */
  url: string;
  requests: ModelRequest[];
  /** The first request that reads this tag gets half of its answer, and the rest when it is released. */
  hold(tag: string): Hold;
  close(): Promise<void>;
}

export interface Hold {
  /** Resolves when a request is held. */
  begun: Promise<void>;
  release(): void;
}

interface OpenHold extends Hold {
  begin: () => void;
  released: Promise<void>;
  isUsed: boolean;
}

/** A sign of life, so that a held answer is no silence. */
const SIGN_EVERY_MS = 400;

export async function startFaultProvider(): Promise<FaultProvider> {
  const requests: ModelRequest[] = [];
  const counts = new Map<string, number>();
  const holds = new Map<string, OpenHold>();
  /** Messages that were refused for good, with the request that was: it stays so. */
  const lost = new Map<string, string>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const protocol = request.url?.startsWith('/v1/chat') ? 'openai' : 'anthropic';
    const content = createHash('sha256').update(`${request.url} ${body}`).digest('hex').slice(0, 16);
    const attempt = (counts.get(content) ?? 0) + 1;
    counts.set(content, attempt);
    const decision = decide(protocol, body);
    // A message that was refused stays in the conversation, before the next one: that one is not refused for it.
    const wasLost = decision.tags.some((tag) => lost.has(tag) && lost.get(tag) !== content);
    const troubles = decision.troubles.filter((name) => !isForGood(name) || !wasLost);
    const trouble = troubles.includes('down') ? 'down' : (troubles[attempt - 1] ?? null);
    if (trouble !== null && isForGood(trouble)) for (const tag of decision.tags) lost.set(tag, content);
    const at = Date.now();
    const entry: ModelRequest = { content, attempt, at, tags: decision.tags, trouble };
    requests.push(entry);
    const hold = decision.tags.map((tag) => holds.get(tag)).find((found) => found?.isUsed === false);
    const good = toAnswer(protocol, { ...decision, text: mark(decision.text, content, attempt) });
    const answer = trouble === null ? good : misbehave(trouble, good, protocol);
    if (answer === 'reset') response.socket?.destroy();
    else await play(answer, response, hold);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.socket?.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    hold(tag) {
      const hold = makeHold();
      holds.set(tag, hold);
      return hold;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Which request this is the answer to: `(3f2a… try 2)`. A reply without words is not marked. */
function mark(text: string, content: string, attempt: number): string {
  return text === '' ? '' : `(${content} try ${attempt}) ${text}`;
}

/** The marks that a text holds: of the reply itself, and of those that it quotes. */
export function readMark(text: string): { content: string; attempt: number } | null {
  const [, content, attempt] = /^\((\w{16}) try (\d+)\)/.exec(text) ?? [];
  return content === undefined ? null : { content, attempt: Number(attempt) };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function decide(protocol: Protocol, body: string): Decision {
  const { read } = protocol === 'openai' ? openAiProtocol : anthropicProtocol;
  return decideAnswer(read(JSON.parse(body) as Record<string, unknown>));
}

/** Calls get ids that no other reply uses. */
function toAnswer(protocol: Protocol, { text, calls }: Decision): Answer {
  const named = calls.map((call, index) => ({ ...call, id: callId(JSON.stringify([text, calls]), index) }));
  if (protocol === 'openai') return calls.length > 0 ? openaiToolCalls(named, text) : openaiText(text);
  const said: ScriptedBlock[] = text === '' ? [] : [{ type: 'text', text }];
  return anthropicBlocks([...said, ...named.map((call) => ({ type: 'call' as const, ...call }))]);
}

function callId(of: string, index: number): string {
  return `call_${createHash('sha256').update(of).digest('hex').slice(0, 16)}_${index}`;
}

function isForGood(trouble: Trouble): boolean {
  return trouble === 'denied' || trouble === 'down';
}

function makeHold(): OpenHold {
  let begin = (): void => undefined;
  let release = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  return { begun, begin, released, release, isUsed: false };
}

async function play(answer: Answer, response: ServerResponse, hold: OpenHold | undefined): Promise<void> {
  response.writeHead(answer.status, answer.headers);
  response.flushHeaders();
  const half = Math.ceil(answer.steps.length / 2);
  for (const [index, step] of answer.steps.entries()) {
    if (hold !== undefined && index === half) await keep(hold, response);
    if (!(await take(step, response))) return;
  }
  response.end();
}

/** False when nothing more is to be written. */
async function take(step: Step, response: ServerResponse): Promise<boolean> {
  if (step === 'reset') {
    response.socket?.destroy();
    return false;
  }
  if (typeof step === 'object' && 'wait' in step) {
    if (step.wait === 'forever') return false;
    await step.wait;
  } else response.write(step);
  return !response.destroyed;
}

async function keep(hold: OpenHold, response: ServerResponse): Promise<void> {
  hold.isUsed = true;
  hold.begin();
  let isReleased = false;
  void hold.released.then(() => (isReleased = true));
  while (!isReleased && !response.destroyed) {
    response.write(': thinking\n\n');
    await Promise.race([hold.released, sleep(SIGN_EVERY_MS)]);
  }
}
