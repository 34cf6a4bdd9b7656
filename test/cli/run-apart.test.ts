/**
 * An API and workers as they run apart: each with connections of its own to Temporal, to the provider and to a real
 * Redis. They share a store and a process here.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { runApi, runWorker } from '../../cli/run-apart.ts';
import type { RunningApi, RunningWorker } from '../../cli/run-apart.ts';
import type { Surroundings } from '../../cli/surroundings.ts';
import { loadSettings } from '../../config/settings.ts';
import { openStore } from '../../storage/store.ts';
import type { Store } from '../../storage/store.ts';
import type { QueueChoice } from '../../workers/start-workers.ts';
import { openStream } from '../api/read-stream.ts';
import { createProductClient } from '../support/product-client.ts';
import type { ProductClient } from '../support/product-client.ts';
import { startRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';
import { openaiChunk, openaiText, openaiToolCall } from '../support/scripted-openai.ts';
import { cutAnswer, startScriptedProvider } from '../support/scripted-provider.ts';
import type { ScriptedProvider } from '../support/scripted-provider.ts';
import { connectToTestServer, readWorkflowBundle } from '../support/temporal.ts';
import type { TestServer } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';

const TEAM = `
agents:
  root:
    model: openai/gpt-4o
    description: answers
    instruction: Answer.
    sub_agents: [researcher]
    toolsets: [{type: background_agents}]
  researcher:
    model: openai/gpt-4o-mini
    description: looks things up
    instruction: Look it up.
`;

let server: TestServer;
let redis: TestRedis;
let provider: ScriptedProvider;
let folder: string;
let store: Store;
let api: RunningApi;
let client: ProductClient;
let workers: RunningWorker[];
let logged: string[];

beforeAll(async () => {
  server = await connectToTestServer();
  redis = await startRedis();
  folder = await mkdtemp(join(tmpdir(), 'offstage-apart-'));
  await writeFile(join(folder, 'assistant.yaml'), TEAM);
  store = await openStore({ dataFolder: null });
});

beforeEach(async () => {
  provider = await startScriptedProvider();
  workers = [];
  logged = [];
  api = await runApi(surroundings());
  client = createProductClient(api.apiUrl);
});

afterEach(async () => {
  await api.stop();
  for (const worker of workers) await worker.stop();
  await provider.close();
});

afterAll(async () => {
  await store.close();
  await redis.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

function surroundings(): Surroundings {
  const env = {
    ...{ TEMPORAL_ADDRESS: server.address, REDIS_URL: redis.url, OFFSTAGE_PORT: '0', OFFSTAGE_TEAMS: folder },
    ...{ OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: provider.openaiUrl },
  };
  return {
    settings: loadSettings({ env, cwd: folder }),
    logger: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
    report: () => undefined,
    // Each part closes its store when it ends; the one that they share stays open.
    openStore: () => Promise.resolve({ ...store, close: () => Promise.resolve() }),
    readWorkflowBundle,
  };
}

async function work(queues: QueueChoice): Promise<RunningWorker> {
  const worker = await runWorker(surroundings(), queues);
  workers.push(worker);
  return worker;
}

/** An answer that begins, and does not go on. */
const stalled = () =>
  cutAnswer(openaiText('An answer that nobody gets.'), 3, openaiChunk({ content: ' Half' }), {
    wait: 'forever',
  });

const typesOf = (feed: { type: string }[], type: string) => feed.filter((event) => event.type === type);

const openFeed = (session: string) => openStream(`${api.apiUrl}/v1/sessions/${session}/events?from=1`);

describe('workers that run apart', () => {
  it('hand a running model call over when they end, and the turn completes once', async () => {
    const first = await work('main');
    const { id } = await client.open({ team: 'assistant' });
    const stream = await openFeed(id);
    provider.script(stalled(), openaiText('The whole answer.'));
    await client.request('POST', `/v1/sessions/${id}/messages`, { text: 'Hello' });
    const call = await provider.received(1);
    await waitFor(() => stream.events.some(({ data }) => data.text === ' Half'));

    await work('main');
    await first.stop();
    await call.aborted;
    await waitFor(() => stream.events.some(({ event }) => event === 'turn.finished'));

    const feed = await client.readFeed(id);
    expect(typesOf(feed, 'turn.finished')).toMatchObject([{ turn: 1, outcome: 'answered' }]);
    expect(typesOf(feed, 'message.committed')).toMatchObject([
      { content: [{ type: 'text', text: 'The whole answer.' }], status: 'committed' },
    ]);
    // Who watched the first attempt is told to forget it, by way of Redis.
    const reset = stream.events.findIndex(({ event }) => event === 'attempt.reset');
    const live = stream.events.slice(reset + 1).filter(({ event }) => event === 'delta');
    expect(live.map(({ data }) => data.text).join('')).toBe('The whole answer.');
    expect(provider.requests).toHaveLength(2);
    provider.assertUsed();
    stream.leave();
  });

  it('work for conversations or for background agents alone', async () => {
    await work('main');
    const { id } = await client.open({ team: 'assistant' });
    provider.script(
      openaiToolCall('run_background_agent', { agent: 'researcher', task: 'Look up tea' }),
      openaiText('I have begun.'),
    );
    await client.ask(id, 'Research tea');
    // Nobody works for it, so its model was not asked.
    expect(provider.requests.map(({ body }) => body.model)).toEqual(['gpt-4o', 'gpt-4o']);

    provider.script(openaiText('Tea is a plant.'), openaiText('It is a plant.'));
    await work('background');
    await client.settled(id);
    expect(provider.requests.slice(2).map(({ body }) => body.model)).toEqual(['gpt-4o-mini', 'gpt-4o']);
    expect(typesOf(await client.readFeed(id), 'task.finished')).toMatchObject([{ status: 'completed' }]);
    provider.assertUsed();
  });

  it('close the connection to the provider when the API of another process interrupts', async () => {
    await work('all');
    const { id } = await client.open({ team: 'assistant' });
    provider.script(stalled());
    await client.request('POST', `/v1/sessions/${id}/messages`, { text: 'Hello' });
    const call = await provider.received(1);
    await client.request('POST', `/v1/sessions/${id}/interrupt`);
    await call.aborted;
    await client.settled(id);
    expect(typesOf(await client.readFeed(id), 'turn.finished')).toMatchObject([{ outcome: 'interrupted' }]);
  });
});

describe('an API that runs apart', () => {
  it('ends its streams with word of when to come back, and another one goes on without a gap', async () => {
    await work('all');
    const { id } = await client.open({ team: 'assistant' });
    const stream = await openFeed(id);
    provider.script(openaiText('One.'), openaiText('Two.'));
    await client.ask(id, 'First');
    await waitFor(() => stream.events.some(({ event }) => event === 'turn.finished'));
    await api.stop();
    await stream.ended;
    expect(stream.retry).toBe(1000);

    api = await runApi(surroundings());
    client = createProductClient(api.apiUrl);
    const seen = stream.events.flatMap((event) => event.id ?? []);
    const next = await openStream(`${api.apiUrl}/v1/sessions/${id}/events`, {
      'last-event-id': seen.at(-1) ?? '',
    });
    await client.ask(id, 'Second');
    await waitFor(() => next.events.some(({ event }) => event === 'turn.finished'));
    const offsets = [...seen, ...next.events.flatMap((event) => event.id ?? [])].map(Number);
    expect(offsets).toEqual(offsets.map((_offset, index) => index + 1));
    next.leave();
  });
});

describe('without Redis', () => {
  it('streams are slower and not wrong, and live again when it is back', async () => {
    await work('all');
    const { id } = await client.open({ team: 'assistant' });
    const stream = await openFeed(id);
    provider.script(openaiText('Away.'));
    await stream.until(1);
    await redis.kill();
    await client.ask(id, 'First');
    // By the question that an open stream asks now and then.
    await waitFor(() => stream.events.some(({ event }) => event === 'turn.finished'));
    expect(stream.events.filter(({ event }) => event === 'delta')).toEqual([]);
    await redis.restart();
    // Each process comes back in its own time: until all have, turns are slow still.
    const live = () =>
      stream.events.flatMap(({ event, data }) => (event === 'delta' ? data.text : '')).join('');
    let turns = 1;
    await waitFor(async () => {
      provider.script(openaiText('Back.'));
      await client.ask(id, 'Again');
      turns += 1;
      return live().endsWith('Back.');
    });
    await waitFor(() => stream.events.filter(({ event }) => event === 'turn.finished').length === turns);
    const offsets = stream.events.flatMap((event) => event.id ?? []).map(Number);
    expect(offsets).toEqual(offsets.map((_offset, index) => index + 1));
    // One for the API and one for the worker, whatever was lost.
    expect(logged.filter((line) => line.includes('Redis (REDIS_URL) is away'))).toHaveLength(2);
    stream.leave();
  });
});
