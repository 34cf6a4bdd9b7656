import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bus } from '../../bus/bus.ts';
import { toControlTopic, toLiveTopic } from '../../bus/bus.ts';
import { MemoryBus } from '../../bus/memory-bus.ts';
import { openBus } from '../../bus/open-bus.ts';
import { RedisBus } from '../../bus/redis-bus.ts';
import { startRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';

const conversation = { workspace: 'default', session: 'ses_1', task: null };
const live = toLiveTopic(conversation);
const control = toControlTopic(conversation);

let redis: TestRedis;
let buses: Bus[] = [];
let errors: string[] = [];

async function open(url = redis.url): Promise<Bus> {
  const bus = await openBus({ redisUrl: url, onError: (error) => void errors.push(String(error)) });
  buses.push(bus);
  return bus;
}

/** Pokes that a bus hears on this topic. */
function hearPokes(bus: Bus, topic = live): { heard: number[]; end: () => void } {
  const heard: number[] = [];
  const end = bus.subscribe(topic, (message) => {
    if (message.type === 'poke') heard.push(message.offset);
  });
  return { heard, end };
}

const poke = (bus: Bus, offset: number): void => bus.publish(live, { type: 'poke', offset });

async function countSubscribers(topic: string): Promise<number> {
  const [, count] = (await redis.client.pubsub('NUMSUB', topic)) as [string, number];
  return count;
}

const untilSubscribers = (topic: string, count: number): Promise<true> =>
  waitFor(async () => (await countSubscribers(topic)) === count, { what: `${count} subscribers` });

beforeAll(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  buses = [];
  errors = [];
});

afterAll(() => redis.close());

describe('the bus between processes', () => {
  it('carries messages from one process to all that listen, itself included, each topic for itself', async () => {
    const [one, other] = [await open(), await open()];
    const [own, theirs] = [hearPokes(one), hearPokes(other)];
    const orders: unknown[] = [];
    other.subscribe(control, (order) => void orders.push(order));
    await untilSubscribers(live, 2);
    await untilSubscribers(control, 1);
    poke(one, 1);
    one.publish(control, { type: 'abort', turn: null });
    await waitFor(() => own.heard.length + theirs.heard.length + orders.length === 3);
    expect([own.heard, theirs.heard, orders]).toEqual([[1], [1], [{ type: 'abort', turn: null }]]);
    expect(errors).toEqual([]);
  });

  it('keeps the order of what one process says, and every character of it', async () => {
    const [one, other] = [await open(), await open()];
    const heard: string[] = [];
    other.subscribe(live, (message) => void heard.push(message.type === 'delta' ? message.text : ''));
    await untilSubscribers(live, 1);
    const texts = Array.from({ length: 2_000 }, (_item, index) => `${index} “tea” \n\u0000 🫖`);
    for (const text of texts) {
      one.publish(live, { type: 'delta', turn: 1, step: 1, attempt: 1, kind: 'text', text });
    }
    await waitFor(() => heard.length === texts.length);
    expect(heard).toEqual(texts);
  });

  it('subscribes once for all listeners of a process, until the last one has left', async () => {
    const bus = await open();
    const [first, second] = [hearPokes(bus), hearPokes(bus)];
    await untilSubscribers(live, 1);
    first.end();
    first.end();
    poke(bus, 1);
    await waitFor(() => second.heard.length === 1);
    expect(first.heard).toEqual([]);
    expect(await countSubscribers(live)).toBe(1);
    second.end();
    await untilSubscribers(live, 0);
    const third = hearPokes(bus);
    await untilSubscribers(live, 1);
    poke(bus, 2);
    await waitFor(() => third.heard.length === 1);
    expect([first.heard, second.heard]).toEqual([[], [1]]);
  });

  it('drops what is no message of ours, tells that once, and goes on', async () => {
    const bus = await open();
    const { heard } = hearPokes(bus);
    await untilSubscribers(live, 1);
    for (const text of ['{', '[]', '{"type":"poke","offset":"1"}', '{"type":"abort","turn":1}', 'null']) {
      await redis.client.publish(live, text);
    }
    poke(bus, 7);
    await waitFor(() => heard.length === 1);
    expect(heard).toEqual([7]);
    expect(errors).toEqual([expect.stringContaining(`the Redis channel ${live} is none of Offstage`)]);
  });
});

describe('while Redis is away', () => {
  it('messages are lost without a word, the outage is told once, and all comes back by itself', async () => {
    const [one, other] = [await open(), await open()];
    const [own, first] = [hearPokes(one), hearPokes(other)];
    await untilSubscribers(live, 2);
    await redis.kill();
    await waitFor(() => errors.length === 2);
    for (let offset = 1; offset <= 1_000; offset += 1) poke(one, offset);
    // What begins and ends meanwhile counts when it is back.
    const second = hearPokes(other, toLiveTopic({ ...conversation, session: 'ses_2' }));
    const third = hearPokes(other, toLiveTopic({ ...conversation, session: 'ses_3' }));
    third.end();
    await redis.restart();
    await untilSubscribers(live, 2);
    await untilSubscribers(toLiveTopic({ ...conversation, session: 'ses_2' }), 1);
    expect(await countSubscribers(toLiveTopic({ ...conversation, session: 'ses_3' }))).toBe(0);
    // Each bus has two connections, and all four are back when each has heard the other: only then is the next
    // outage a new one for both.
    await waitFor(() => {
      poke(one, 2_000);
      poke(other, 2_001);
      one.publish(toLiveTopic({ ...conversation, session: 'ses_2' }), { type: 'poke', offset: 5 });
      return first.heard.includes(2_000) && own.heard.includes(2_001) && second.heard.length > 0;
    });
    expect([...own.heard, ...first.heard].filter((offset) => offset < 2_000)).toEqual([]);
    // One for each of the two buses, however many messages and attempts there were.
    expect(errors).toEqual(Array(2).fill(expect.stringContaining('Redis (REDIS_URL) is away')));
    await redis.kill();
    await waitFor(() => errors.length === 4);
    await redis.restart();
    await untilSubscribers(live, 2);
  });

  it('a process starts, says so, and is on the bus as soon as Redis is there', async () => {
    await redis.kill();
    const bus = await open();
    expect(errors).toEqual([expect.stringContaining('Redis (REDIS_URL) is away')]);
    const { heard } = hearPokes(bus);
    poke(bus, 1);
    await redis.restart();
    await untilSubscribers(live, 1);
    await waitFor(() => {
      poke(bus, 2);
      return heard.length > 0;
    });
    expect(heard).not.toContain(1);
  });

  it('a server that does not answer any more is noticed, and nothing is kept for it', async () => {
    const bus = await open();
    const { heard } = hearPokes(bus);
    await untilSubscribers(live, 1);
    redis.freeze();
    try {
      for (let offset = 1; offset <= 20_000; offset += 1) poke(bus, offset);
      await waitFor(() => errors.length === 1);
      expect(errors).toEqual([expect.stringContaining('Redis (REDIS_URL) is away')]);
    } finally {
      redis.thaw();
    }
    await waitFor(() => {
      poke(bus, 30_000);
      return heard.includes(30_000);
    });
    expect(heard.filter((offset) => offset > 10_000 && offset <= 20_000)).toEqual([]);
  });

  it('a bus closes', async () => {
    const bus = await open();
    hearPokes(bus);
    await redis.kill();
    await waitFor(() => errors.length === 1);
    await bus.close();
    await redis.restart();
    expect(await countSubscribers(live)).toBe(0);
    expect(errors).toHaveLength(1);
  });
});

describe('the bus that a process opens', () => {
  it('is in memory without REDIS_URL, and Redis with it', async () => {
    const memory = await openBus({ redisUrl: null, onError: () => undefined });
    expect(memory).toBeInstanceOf(MemoryBus);
    expect(await open()).toBeInstanceOf(RedisBus);
    await memory.close();
  });

  it('tells once of a Redis that does not let it publish', async () => {
    const bus = await open();
    await redis.client.acl('SETUSER', 'default', '-publish');
    try {
      for (let offset = 1; offset <= 3; offset += 1) {
        poke(bus, offset);
        await waitFor(() => errors.length > 0);
      }
      expect(errors).toEqual([expect.stringContaining('Redis (REDIS_URL) is away')]);
    } finally {
      await redis.client.acl('SETUSER', 'default', '+publish');
    }
  });

  it('never shows the password of a Redis that refuses it', async () => {
    await open(redis.url.replace('//', '//somebody:hunter2@'));
    expect(errors.join()).toContain('Redis (REDIS_URL) is away');
    expect(errors.join()).not.toContain('hunter2');
  });
});
