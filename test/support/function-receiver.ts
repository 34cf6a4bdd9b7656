/** A server that receives the requests of functions, verifies their signatures, and answers what a test says. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { TEST_WEBHOOK_SECRET } from './function-access.ts';

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** As it came, and as JSON. */
  text: string;
  body: Record<string, unknown>;
  /** Whether the signature is the sender's. */
  isVerified: boolean;
}

export interface FunctionReceiver {
  url: string;
  requests: ReceivedRequest[];
  close(): Promise<void>;
}

export type Answer =
  | {
      status?: number;
      json?: unknown;
      text?: string;
      headers?: Record<string, string>;
      after?: Promise<unknown>;
    }
  | ((request: ReceivedRequest, response: ServerResponse) => void);

/** One answer for each request in turn, the last one for all that follow. */
export async function startFunctionReceiver(answers: Answer[]): Promise<FunctionReceiver> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const text = Buffer.concat(parts).toString('utf8');
      const { method = '', url = '', headers } = incoming;
      const isVerified = verify(text, headers);
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
      const received = { method, path: url, headers, text, body, isVerified };
      requests.push(received);
      const answer = answers[Math.min(requests.length, answers.length) - 1] ?? {};
      if (typeof answer === 'function') answer(received, response);
      else void send(answer, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** For a test file: what it starts by this is closed after each test. */
export function useFunctionReceivers(): (...answers: Answer[]) => Promise<FunctionReceiver> {
  const receivers: FunctionReceiver[] = [];
  afterEach(async () => {
    for (const receiver of receivers.splice(0)) await receiver.close();
  });
  return async (...answers) => {
    const receiver = await startFunctionReceiver(answers);
    receivers.push(receiver);
    return receiver;
  };
}

async function send(
  answer: Exclude<Answer, (...all: never[]) => void>,
  response: ServerResponse,
): Promise<void> {
  const { status = 200, json, text, headers = {}, after } = answer;
  await after;
  response.writeHead(status, headers);
  response.end(json === undefined ? (text ?? '') : JSON.stringify(json));
}

function verify(text: string, headers: IncomingHttpHeaders): boolean {
  try {
    new Webhook(TEST_WEBHOOK_SECRET).verify(text, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
