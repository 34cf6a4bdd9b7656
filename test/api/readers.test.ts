/** Many who read feeds: what one process keeps for them, and what it keeps when they are gone. */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { toLiveTopic } from '../../bus/bus.ts';
import type { Listener, Topic } from '../../bus/bus.ts';
import { MemoryBus } from '../../bus/memory-bus.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import { openStore } from '../../storage/store.ts';
import { waitFor } from '../support/wait-for.ts';
import { FakeGateway } from './fake-gateway.ts';
import { openStream } from './read-stream.ts';
import type { EventStream } from './read-stream.ts';
import { startApi } from './test-api.ts';
import type { TestApi } from './test-api.ts';

class CountedBus extends MemoryBus {
  /** Open at the moment, by topic, and how many there ever were. */
  readonly open = new Map<string, number>();
  ever = 0;

  override subscribe<T>(topic: Topic<T>, listener: Listener<T>): () => void {
    const end = super.subscribe(topic, listener);
    this.ever += 1;
    this.open.set(topic, (this.open.get(topic) ?? 0) + 1);
    return () => {
      end();
      const left = (this.open.get(topic) ?? 0) - 1;
      if (left > 0) this.open.set(topic, left);
      else this.open.delete(topic);
    };
  }
}

const DAY_MS = 24 * 3600 * 1000;
let bus: CountedBus;
let api: TestApi<FakeGateway>;
let id: ConversationId;
beforeAll(async () => {
  bus = new CountedBus(() => undefined);
  const store = await openStore({ dataFolder: null, databaseUrl: null });
  api = await startApi({ gateway: new FakeGateway(), store, bus });
});
afterAll(() => api.close());
beforeEach(async () => {
  id = await openSession();
});

async function openSession(): Promise<ConversationId> {
  const { body } = await api.send('POST', '/v1/sessions', { team: 'assistant' });
  return { workspace: 'default', session: body.id, task: null };
}

const urlOf = ({ session }: ConversationId, query = '') => `${api.url}/v1/sessions/${session}/events${query}`;

function follow(count: number, query = '', of = id): Promise<EventStream[]> {
  return Promise.all(Array.from({ length: count }, () => openStream(urlOf(of, query))));
}

function notice(text: string, of = id): void {
  const { offset } = api.gateway.record(of, { type: 'notice', code: 'test', text });
  api.bus.publish(toLiveTopic(of), { type: 'poke', offset });
}

/** As a rollover does: events go to the store, the new run does not have them. */
async function rollOver(): Promise<void> {
  const conversation = api.gateway.find(id);
  await api.store.events.append(id, conversation.events);
  conversation.firstOffset = conversation.events.length + 1;
}

/** A number that the process tells of itself. */
async function readMetric(name: string): Promise<number> {
  const { text } = await api.send('GET', '/metrics');
  return Number(new RegExp(`^offstage_feed_${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

const readNumbers = async () => ({
  readers: await readMetric('readers'),
  subscriptions: await readMetric('subscriptions'),
});
const idsOf = ({ events }: EventStream) => events.map((event) => Number(event.id));
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** A client that takes nothing of its stream. */
function openWithoutReading(address: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(address, { headers: { accept: 'text/event-stream' }, agent: false });
    request.on('response', (response) => resolve(response.on('error', () => undefined)));
    request.on('error', reject);
    request.end();
  });
}

describe('a thousand readers of one session', () => {
  it('share one subscription and one reader of the workflow, over a rollover too, and leave nothing behind', async () => {
    const before = bus.ever;
    const readers = await follow(1000, '?from=latest');
    expect([bus.ever - before, bus.open.get(toLiveTopic(id))]).toEqual([1, 1]);
    expect(await readNumbers()).toEqual({ readers: 1000, subscriptions: 1 });
    const reads = api.gateway.reads;
    notice('for all');
    await Promise.all(readers.map((reader) => reader.until(1)));
    await rollOver();
    notice('of the next run');
    await Promise.all(readers.map((reader) => reader.until(2)));
    expect(api.gateway.reads - reads).toBeLessThanOrEqual(4);
    expect(new Set(readers.map((reader) => idsOf(reader).join()))).toEqual(new Set(['2,3']));
    for (const reader of readers.slice(1)) reader.leave();
    await waitFor(async () => (await readMetric('readers')) === 1);
    notice('for one');
    await readers[0]?.until(3);
    readers[0]?.leave();
    await waitFor(async () => (await readMetric('readers')) === 0);
    expect([await readMetric('subscriptions'), bus.open.size]).toEqual([0, 0]);
  }, 120_000);
});

describe('a reader', () => {
  it('that stops reading is cut off at a bounded buffer, and the others do not notice', async () => {
    const cutOff = await readMetric('readers_cut_off_total');
    const quick = (await follow(3, '?from=latest')).flatMap((stream) => [stream]);
    const stopped = await openWithoutReading(urlOf(id, '?from=latest'));
    await waitFor(async () => (await readMetric('readers')) === 4);
    const text = 'x'.repeat(250_000);
    let sent = 0;
    // More than the sockets between the two can hold is what the process would have to.
    while ((await readMetric('readers_cut_off_total')) === cutOff && sent < 200) {
      api.bus.publish(toLiveTopic(id), { type: 'delta', turn: 1, step: 1, attempt: 1, kind: 'text', text });
      sent += 1;
      await Promise.all(quick.map((reader) => reader.until(sent)));
    }
    expect(await readMetric('readers_cut_off_total')).toBe(cutOff + 1);
    expect(await readMetric('readers')).toBe(3);
    notice('the last');
    await Promise.all(quick.map((reader) => reader.until(sent + 1)));
    expect(quick.map(({ events }) => events.at(-1)?.data.text)).toEqual(['the last', 'the last', 'the last']);
    expect(quick.map(({ events }) => events.length)).toEqual([sent + 1, sent + 1, sent + 1]);
    stopped.destroy();
    for (const reader of quick) reader.leave();
    await waitFor(() => bus.open.size === 0);
  }, 60_000);

  it('that stops reading the past is given it page by page, and nothing is prepared beyond', async () => {
    const text = 'x'.repeat(20_000);
    for (let offset = 2; offset <= 4000; offset += 1)
      api.gateway.record(id, { type: 'notice', code: 'test', text });
    await rollOver();
    const read = api.store.events.read.bind(api.store.events);
    let pages = 0;
    api.store.events.read = (...request) => {
      pages += 1;
      return read(...request);
    };
    const stopped = await openWithoutReading(urlOf(id));
    const [whole] = await follow(1);
    await whole?.until(4000);
    const needed = pages;
    // Both together read fewer pages than two who read all of it: the other one waits.
    expect(needed).toBeLessThan(2 * (4000 / 200));
    api.store.events.read = read;
    stopped.destroy();
    whole?.leave();
    await waitFor(() => bus.open.size === 0);
  }, 120_000);

  it('that comes back after a day goes on where it was, through what was archived long ago', async () => {
    const [early] = await follow(1);
    const yesterday = Date.now() - DAY_MS;
    for (let offset = 2; offset <= 5; offset += 1)
      api.gateway.record(id, { type: 'notice', code: 'test', text: `${offset}` }, yesterday);
    notice('6');
    await early?.until(6);
    early?.leave();
    await waitFor(() => bus.open.size === 0);
    for (let offset = 7; offset <= 700; offset += 1) {
      const at = yesterday + offset;
      api.gateway.record(id, { type: 'notice', code: 'test', text: `${offset}` }, at);
      if (offset % 64 === 0) await rollOver();
    }
    const back = await openStream(urlOf(id), { 'last-event-id': '6' });
    await back.until(694);
    notice('701');
    await back.until(695);
    expect(idsOf(back)).toEqual(range(7, 701));
    expect(back.events.map(({ data }) => data.text)).toEqual(range(7, 701).map(String));
    back.leave();
    await waitFor(() => bus.open.size === 0);
  });
});

describe('readers of many sessions', () => {
  it('have a subscription for each session, and the last one to leave ends it', async () => {
    const sessions = await Promise.all(Array.from({ length: 60 }, () => openSession()));
    const readers = await Promise.all(sessions.map((session) => follow(3, '?from=latest', session)));
    expect(await readNumbers()).toEqual({ readers: 180, subscriptions: 60 });
    expect([...bus.open.values()]).toEqual(sessions.map(() => 1));
    for (const [first, second] of readers) {
      first?.leave();
      second?.leave();
    }
    await waitFor(async () => (await readMetric('readers')) === 60);
    expect(bus.open.size).toBe(60);
    for (const [index, session] of sessions.entries()) notice(`to ${index}`, session);
    for (const group of readers) await group[2]?.until(1);
    for (const group of readers) group[2]?.leave();
    await waitFor(async () => (await readMetric('readers')) === 0);
    expect([await readMetric('subscriptions'), bus.open.size]).toEqual([0, 0]);
  });
});
