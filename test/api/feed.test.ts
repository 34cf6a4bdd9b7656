import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { get } from 'node:http';
import { toLiveTopic } from '../../bus/bus.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import { eventSchema } from '../../protocol/schemas/event.ts';
import { waitFor } from '../support/wait-for.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { openStream } from './read-stream.ts';
import type { EventStream } from './read-stream.ts';
import { startFakeApi } from './test-api.ts';
import type { TestApi } from './test-api.ts';

let api: TestApi<FakeGateway>;
let id: ConversationId;
let url: string;
const streams: EventStream[] = [];
beforeAll(async () => {
  api = await startFakeApi();
});
afterAll(async () => {
  for (const stream of streams) stream.leave();
  await api.close();
});
beforeEach(async () => {
  const { body } = await api.send('POST', '/v1/sessions', { team: 'assistant' });
  id = { workspace: 'default', session: body.id, task: null };
  url = `/v1/sessions/${body.id}/events`;
});

async function follow(query = '', headers: Record<string, string> = {}): Promise<EventStream> {
  const stream = await openStream(`${api.url}${url}${query}`, headers);
  streams.push(stream);
  return stream;
}

function notice(text: string): void {
  const { offset } = api.gateway.record(id, { type: 'notice', code: 'test', text });
  api.bus.publish(toLiveTopic(id), { type: 'poke', offset });
}

function delta(text: string, turn = 1): void {
  api.bus.publish(toLiveTopic(id), { type: 'delta', turn, step: 1, attempt: 1, kind: 'text', text });
}

/** A reader that takes nothing until it is told to; then it counts what it gets until the connection closes. */
function openSlowly(address: string): Promise<{ readAll(): Promise<number> }> {
  return new Promise((resolve, reject) => {
    const request = get(address, { headers: { accept: 'text/event-stream' }, agent: false });
    request.on('error', reject);
    request.on('response', (response) => {
      response.on('error', () => undefined);
      const readAll = () =>
        new Promise<number>((done) => {
          let size = 0;
          response.on('data', (chunk: Buffer) => (size += chunk.length));
          response.on('close', () => done(size));
        });
      resolve({ readAll });
    });
  });
}

const ids = (stream: EventStream) => stream.events.map((event) => event.id);

/** As a rollover does: events go to the store, the new run does not have them. */
async function rollOver(): Promise<void> {
  const conversation = api.gateway.find(id);
  await api.store.events.append(id, conversation.events);
  conversation.firstOffset = conversation.events.length + 1;
}

describe('the feed', () => {
  it('begins with the first event, goes on with what comes, and names the offset as id', async () => {
    const stream = await follow();
    notice('two');
    notice('three');
    const events = await stream.until(3);
    expect(events.map((event) => [event.id, event.event])).toEqual([
      ['1', 'session.opened'],
      ['2', 'notice'],
      ['3', 'notice'],
    ]);
    expect(events.map(({ data }) => eventSchema.parse(data).offset)).toEqual([1, 2, 3]);
    expect(events[1]?.data).toEqual({
      offset: 2,
      at: '2023-11-14T22:13:20.000Z',
      type: 'notice',
      code: 'test',
      text: 'two',
    });
  });

  it('goes on behind Last-Event-ID, begins with ?from=n, or with what comes', async () => {
    for (let offset = 2; offset <= 5; offset++) notice(`event ${offset}`);
    const resumed = await follow('?from=1', { 'last-event-id': '3' });
    const from = await follow('?from=5');
    const latest = await follow('?from=latest');
    notice('six');
    await Promise.all([resumed.until(3), from.until(2), latest.until(1)]);
    expect([ids(resumed), ids(from), ids(latest)]).toEqual([['4', '5', '6'], ['5', '6'], ['6']]);
  });

  it('has no gap and no double over rollovers, from the beginning and while it is read', async () => {
    const early = await follow();
    for (let offset = 2; offset <= 300; offset++) {
      notice(`event ${offset}`);
      if (offset % 70 === 0) await rollOver();
    }
    const late = await follow();
    notice('the last');
    const wanted = Array.from({ length: 301 }, (_, index) => String(index + 1));
    await Promise.all([early.until(301), late.until(301)]);
    expect(ids(early)).toEqual(wanted);
    expect(ids(late)).toEqual(wanted);
  });

  it('carries live text without id, in order with the events, and nothing late', async () => {
    const stream = await follow();
    await stream.until(1);
    delta('Hel');
    delta('lo');
    await stream.until(3);
    const usage = {
      inputTokens: 1,
      cachedInputTokens: 0,
      outputTokens: 1,
      reasoningTokens: null,
      costUsd: null,
      modelCalls: 1,
    };
    const { offset } = api.gateway.record(id, {
      type: 'message.committed',
      turn: 1,
      step: 1,
      agent: 'root',
      message: 'msg_1',
      role: 'assistant',
      status: 'committed',
      toolCalls: [],
      stopReason: 'stop',
      usage,
    });
    api.bus.publish(toLiveTopic(id), { type: 'poke', offset });
    await stream.until(4);
    delta(' too late');
    delta('Next', 2);
    await stream.until(5);
    expect(stream.events.map(({ id: offset, event, data }) => [offset, event, data.text])).toEqual([
      ['1', 'session.opened', undefined],
      [undefined, 'delta', 'Hel'],
      [undefined, 'delta', 'lo'],
      ['2', 'message.committed', undefined],
      [undefined, 'delta', 'Next'],
    ]);
  });

  it('asks the workflow once, however many read', async () => {
    const readers = await Promise.all(Array.from({ length: 20 }, () => follow('?from=latest')));
    const before = api.gateway.reads;
    notice('for all');
    await Promise.all(readers.map((reader) => reader.until(1)));
    expect(api.gateway.reads - before).toBeLessThanOrEqual(2);
  });

  it('ends with the session, and one who comes back then is told that there is no more', async () => {
    const stream = await follow();
    const { offset } = api.gateway.record(id, { type: 'session.closed', reason: 'done' });
    await rollOver();
    await api.store.sessions.setStatus('default', id.session, { status: 'closed', at: 2, reason: 'done' });
    api.bus.publish(toLiveTopic(id), { type: 'poke', offset });
    await stream.ended;
    expect(ids(stream)).toEqual(['1', '2']);
    expect((await follow('', { 'last-event-id': '2' })).status).toBe(204);
    expect((await follow('?from=latest')).status).toBe(204);
    const again = await follow();
    await again.ended;
    expect(ids(again)).toEqual(['1', '2']);
  });

  it('is a page of events for those who ask for JSON', async () => {
    for (let offset = 2; offset <= 5; offset++) notice(`event ${offset}`);
    const page = async (query: string) =>
      (await api.send('GET', `${url}${query}`, undefined, { accept: 'application/json' })).body;
    const first = await page('?limit=3');
    expect([first.data.length, first.nextCursor]).toEqual([3, '4']);
    const second = await page(`?limit=3&cursor=${first.nextCursor}`);
    expect(second.data.map(({ offset }: { offset: number }) => offset)).toEqual([4, 5]);
    expect(second.nextCursor).toBeNull();
    expect(await page('?from=latest')).toEqual({ data: [], nextCursor: null });
  });

  it('cuts off a reader that does not keep up, and the others do not notice', async () => {
    const quick = await follow('?from=latest');
    const slow = await openSlowly(`${api.url}${url}?from=latest`);
    const text = 'x'.repeat(100_000);
    for (let count = 0; count < 200; count++) {
      delta(text);
      await waitFor(() => quick.events.length > count - 5, { interval: 1 });
    }
    await quick.until(200);
    expect(quick.events).toHaveLength(200);
    expect(await slow.readAll()).toBeLessThan(200 * text.length);
  });

  it('tells readers to come back when the process ends', async () => {
    const own = await startFakeApi();
    const { body } = await own.send('POST', '/v1/sessions', { team: 'assistant' });
    const stream = await openStream(`${own.url}/v1/sessions/${body.id}/events`);
    await stream.until(1);
    await own.close();
    await stream.ended;
    expect(stream.retry).toBe(1000);
  });
});
