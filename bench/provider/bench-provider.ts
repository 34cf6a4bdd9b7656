/**
 * A model provider over real HTTP that speaks OpenAI's protocol, as a process of its own. The name of the model says
 * how it behaves: `wait-500` says nothing for 500 ms, `steady-10000` says a piece each second for 10 s and then calls a
 * tool. The first and the last piece of an answer are the time at which they were sent.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { openaiChunk, openaiEnd } from '../../test/support/scripted-openai.ts';
import { readClock } from '../monotonic-clock.ts';
import { makeToolCalls, readBehaviour, readStart } from './model-behaviour.ts';
import type { ChatRequest } from './model-behaviour.ts';

const FILLER = ['Here is an answer ', 'of the length that ', 'people get in a chat ', 'when they ask. '];

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = JSON.parse(await text(request)) as ChatRequest;
  const { waitMs, steadyMs } = readBehaviour(body.model);
  if (waitMs > 0) await sleep(waitMs);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const say = (content: string): boolean => response.write(openaiChunk({ content }));
  const start = readStart(body);
  if (start !== null) {
    for (const chunk of makeToolCalls(start)) response.write(chunk);
    response.end(openaiEnd('tool_calls').join(''));
    return;
  }
  say(`${readClock()} `);
  for (const piece of FILLER) say(piece);
  for (let spent = 0; spent < steadyMs && !response.destroyed; spent += 1_000) {
    await sleep(1_000);
    say('and a piece more ');
  }
  if (steadyMs > 0) {
    for (const chunk of makeToolCalls({ tool: 'create_todo', each: [{ description: 'go on' }] }))
      response.write(chunk);
    response.end(openaiEnd('tool_calls').join(''));
    return;
  }
  say(`${readClock()}`);
  response.end(openaiEnd('stop').join(''));
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.socket?.destroy());
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ url: `http://127.0.0.1:${port}/v1` });
});
process.once('disconnect', () => process.exit());
