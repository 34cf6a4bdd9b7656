/** Offstage as separate processes: several APIs and workers on one Temporal server, one PostgreSQL, one Redis. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApart } from '../support/apart.ts';
import type { Apart } from '../support/apart.ts';
import { expectWholeFeed, ofType } from '../support/conversation-checks.ts';
import { createProductClient } from '../support/product-client.ts';
import type { Json, OpenStream, ProductClient } from '../support/product-client.ts';
import { PRODUCT_TIMEOUT_MS } from '../support/product.ts';
import type { Part } from '../support/product.ts';
import { openaiChunk, openaiText, openaiToolCall } from '../support/scripted-openai.ts';
import { cutAnswer } from '../support/scripted-provider.ts';
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

let apart: Apart;
let api: Part & { url: string };
let otherApi: Part & { url: string };
let client: ProductClient;
let other: ProductClient;
let worker: Part;

beforeAll(async () => {
  apart = await startApart({ assistant: TEAM });
  [api, otherApi] = await Promise.all([apart.startApi(), apart.startApi()]);
  client = createProductClient(api.url);
  other = createProductClient(otherApi.url);
}, PRODUCT_TIMEOUT_MS);
afterAll(() => apart.close(), PRODUCT_TIMEOUT_MS);

/** An answer that begins, and does not go on. */
const half = openaiChunk({ content: ' Half' });
const stalled = () => cutAnswer(openaiText('An answer that nobody gets.'), 3, half, { wait: 'forever' });

const follow = (reader: ProductClient, session: string, headers = {}): Promise<OpenStream> =>
  reader.stream('GET', `/v1/sessions/${session}/events`, undefined, headers);

/** The text that a reader has before it for a step: what a reset took back is not. */
function textSeen(stream: OpenStream): string {
  const reset = stream.events.findLastIndex(({ type }) => type === 'attempt.reset');
  return stream.events
    .slice(reset + 1)
    .map(({ type, data }) => (type === 'delta' && data.kind === 'text' ? String(data.text) : ''))
    .join('');
}

const offsets = (...streams: OpenStream[]) =>
  streams.flatMap(({ events }) => events.flatMap(({ id }) => (id === null ? [] : [id])));
const contiguous = (feed: Json[]) => feed.map((_, index) => index + 1);
const sayHello = (reader: ProductClient, session: string) =>
  reader.request('POST', `/v1/sessions/${session}/messages`, { text: 'Hello' });

describe('processes of their own', () => {
  it(
    'are told from one another: what waits for a worker is done when one comes',
    async () => {
      expect((await client.request('GET', '/readyz')).body).toMatchObject({
        ...{ ready: false, temporal: true, store: true, mainWorker: false, backgroundWorker: false },
      });
      const { id } = await client.open({ team: 'assistant' });
      const path = `/v1/sessions/${id}/messages`;
      const key = { 'Idempotency-Key': 'while nobody works' };
      const refused = await client.request('POST', path, { text: 'Anybody?' }, key);
      expect(refused).toMatchObject({ status: 503, body: { type: 'urn:offstage:problem:unavailable' } });
      expect(refused.body.detail).toBe(
        `Temporal or every worker is away. The message ${refused.body.message} may still be applied; ` +
          'retry with this Idempotency-Key: while nobody works',
      );
      expect((await other.request('GET', `/v1/sessions/${id}`)).body).toMatchObject({ id, stale: true });
      expect((await other.request('GET', path)).body).toMatchObject({ stale: true });

      apart.provider.script(openaiText('I am here.'));
      worker = await apart.startWorker('main', { OFFSTAGE_METRICS: '127.0.0.1:0' });
      const again = await other.request('POST', path, { text: 'Anybody?' }, { ...key, Prefer: 'wait=60' });
      expect(again).toMatchObject({ status: 200, body: { message: refused.body.message, turn: 1 } });
      const said = (await client.readTranscript(id)).map(
        ({ role, content }) => `${role}: ${content[0].text}`,
      );
      expect(said).toEqual(['user: Anybody?', 'assistant: I am here.']);
      await waitFor(async () => (await client.request('GET', '/readyz')).body.mainWorker === true);
      expect((await client.request('GET', '/readyz')).body).toMatchObject({ backgroundWorker: false });
      const own = createProductClient(/^ {2}Metrics +(.+)\/metrics$/m.exec(worker.output())?.[1] ?? '');
      expect(await own.request('GET', '/readyz')).toMatchObject({
        ...{ status: 200, body: { ready: true, temporal: true, store: true, worker: true } },
      });
      expect((await own.request('GET', '/metrics')).body).toContain(
        'offstage_turns_total{of="conversation",outcome="answered"} 1',
      );
      apart.provider.assertUsed();
    },
    PRODUCT_TIMEOUT_MS,
  );

  it(
    'share a conversation: what is said through one API is read live through another',
    async () => {
      const { id } = await client.open({ team: 'assistant' });
      const stream = await follow(other, id);
      apart.provider.script(
        openaiToolCall('run_background_agent', { agent: 'researcher', task: 'Look up tea' }),
        openaiText('I have begun.'),
      );
      await client.ask(id, 'Research tea');
      // Nobody works for background agents yet, so no model was asked for one.
      const models = () => apart.provider.requests.slice(-2).map(({ body }) => body.model as string);
      expect(models()).toEqual(['gpt-4o', 'gpt-4o']);
      apart.provider.script(openaiText('Tea is a plant.'), openaiText('It is a plant.'));
      await Promise.all([apart.startWorker('background'), apart.startWorker('background')]);
      await stream.until(({ type }) => type === 'completion.spoken');
      await client.settled(id);
      expect(models()).toEqual(['gpt-4o-mini', 'gpt-4o']);
      const feed = await client.readFeed(id);
      expectWholeFeed(feed);
      await waitFor(() => offsets(stream).length === feed.length);
      expect(offsets(stream)).toEqual(contiguous(feed));
      expect(textSeen(stream)).toBe('I have begun.It is a plant.');
      stream.close();
    },
    PRODUCT_TIMEOUT_MS,
  );

  it(
    'hand a running model call over when a worker ends, and nobody sees doubled text',
    async () => {
      const { id } = await client.open({ team: 'assistant' });
      const stream = await follow(other, id);
      apart.provider.script(stalled(), openaiText('The whole answer.'));
      const before = apart.provider.requests.length;
      await sayHello(client, id);
      const call = await apart.provider.received(before + 1);
      await stream.until(({ data }) => data.text === ' Half');
      const next = await apart.startWorker('main');
      expect(await worker.end('SIGTERM')).toBe(0);
      worker = next;
      await call.aborted;
      await stream.until(({ type }) => type === 'turn.finished');
      expect(ofType(stream.events, 'attempt.reset')).toHaveLength(1);
      expect(textSeen(stream)).toBe('The whole answer.');
      const feed = await client.readFeed(id);
      expect(ofType(feed, 'turn.finished')).toMatchObject([{ turn: 1, outcome: 'answered' }]);
      expect(ofType(feed, 'message.committed')).toMatchObject([
        { content: [{ type: 'text', text: 'The whole answer.' }], status: 'committed' },
      ]);
      expect(apart.provider.requests).toHaveLength(before + 2);
      stream.close();
    },
    PRODUCT_TIMEOUT_MS,
  );

  it(
    'answer who waits for a turn, though its worker is killed and another one ends it',
    async () => {
      const { id } = await client.open({ team: 'assistant' });
      apart.provider.script(stalled(), openaiText('After all.'));
      const before = apart.provider.requests.length;
      const waiting = client.ask(id, 'Hello');
      await apart.provider.received(before + 1);
      await worker.end('SIGKILL');
      worker = await apart.startWorker('main');
      expect((await waiting).reply.content).toEqual([{ type: 'text', text: 'After all.' }]);
    },
    PRODUCT_TIMEOUT_MS,
  );

  it(
    'let go of a reader when an API ends, who goes on at another one without a gap',
    async () => {
      const { id } = await client.open({ team: 'assistant' });
      const stream = await follow(client, id);
      apart.provider.script(stalled(), openaiText('And on.'));
      const before = apart.provider.requests.length;
      const path = `/v1/sessions/${id}/messages`;
      const waiting = client.request('POST', path, { text: 'Hello' }, { Prefer: 'wait=300' });
      await apart.provider.received(before + 1);
      expect(await api.end('SIGTERM')).toBe(0);
      await stream.ended;
      expect(stream.retry()).toBe(1000);
      // The request that ran was answered: the message is accepted, its turn goes on.
      expect(await waiting).toMatchObject({ status: 202, body: { turn: 1 } });
      const resumed = await follow(other, id, { 'last-event-id': String(offsets(stream).at(-1)) });
      await other.request('POST', `/v1/sessions/${id}/interrupt`);
      await other.ask(id, 'Go on');
      const feed = await other.readFeed(id);
      await waitFor(() => offsets(stream, resumed).length === feed.length);
      expect(offsets(stream, resumed)).toEqual(contiguous(feed));
      resumed.close();
      api = await apart.startApi();
      client = createProductClient(api.url);
    },
    PRODUCT_TIMEOUT_MS,
  );

  it(
    'end at once on a second signal',
    async () => {
      const { id } = await client.open({ team: 'assistant' });
      apart.provider.script(stalled(), openaiText('After all.'));
      const before = apart.provider.requests.length;
      await sayHello(client, id);
      await apart.provider.received(before + 1);
      process.kill(worker.pid, 'SIGTERM');
      await waitFor(() => worker.output().includes('Ending'));
      expect(await worker.end('SIGINT')).toBe(130);
      worker = await apart.startWorker('main');
      await waitFor(async () => ofType(await client.readFeed(id), 'turn.finished').length === 1, {
        deadline: 60_000,
      });
      expect(ofType(await client.readFeed(id), 'message.committed')).toMatchObject([{ status: 'committed' }]);
    },
    PRODUCT_TIMEOUT_MS,
  );
});

describe('Redis', () => {
  it(
    'carries an interrupt to the process that waits for the model',
    async () => {
      const { id } = await client.open({ team: 'assistant' });
      apart.provider.script(stalled());
      const before = apart.provider.requests.length;
      await sayHello(client, id);
      const call = await apart.provider.received(before + 1);
      await other.request('POST', `/v1/sessions/${id}/interrupt`);
      await call.aborted;
      await client.settled(id);
      expect(ofType(await client.readFeed(id), 'turn.finished')).toMatchObject([{ outcome: 'interrupted' }]);
    },
    PRODUCT_TIMEOUT_MS,
  );

  it(
    'may go away: streams are slower and not wrong, an interrupt comes with a heartbeat, and all is live again after it',
    async () => {
      const { id } = await client.open({ team: 'assistant' });
      const stream = await follow(client, id);
      await stream.until(({ type }) => type === 'session.opened');
      await apart.redis.kill();
      apart.provider.script(stalled());
      const before = apart.provider.requests.length;
      await sayHello(client, id);
      const call = await apart.provider.received(before + 1);
      await client.request('POST', `/v1/sessions/${id}/interrupt`);
      await call.aborted;
      // By the question that an open stream asks now and then.
      await stream.until(({ type }) => type === 'turn.finished');
      expect(ofType(stream.events, 'delta')).toEqual([]);
      await apart.redis.restart();
      // Each process comes back in its own time: until all have, turns are slow still.
      await waitFor(
        async () => {
          apart.provider.script(openaiText('Back.'));
          await client.ask(id, 'Again');
          return textSeen(stream).endsWith('Back.');
        },
        { deadline: 60_000 },
      );
      const feed = await client.readFeed(id);
      await waitFor(() => offsets(stream).length === feed.length);
      expect(offsets(stream)).toEqual(contiguous(feed));
      for (const part of [api, otherApi, worker]) {
        expect(part.output().match(/^.*Redis \(REDIS_URL\) is away.*$/gm)).toHaveLength(1);
      }
      stream.close();
    },
    PRODUCT_TIMEOUT_MS,
  );

  it(
    'may be left out: streams are slower and not wrong',
    async () => {
      const alone = await apart.startApi({ REDIS_URL: '' });
      expect(alone.output()).toContain('Warning: REDIS_URL is not set');
      const lonely = createProductClient(alone.url);
      const { id } = await lonely.open({ team: 'assistant' });
      const stream = await follow(lonely, id);
      await stream.until(({ type }) => type === 'session.opened');
      apart.provider.script(openaiText('Without.'));
      await sayHello(lonely, id);
      await stream.until(({ type }) => type === 'turn.finished');
      const feed: Json[] = await lonely.readFeed(id);
      expect(offsets(stream)).toEqual(contiguous(feed));
      expect(ofType(stream.events, 'message.committed')).toMatchObject([{ data: { status: 'committed' } }]);
      expect(ofType(stream.events, 'delta')).toEqual([]);
      stream.close();
    },
    PRODUCT_TIMEOUT_MS,
  );
});
