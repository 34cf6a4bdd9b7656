/** What the gateway adds to Temporal: a rollover is not seen, and what is away is told in time. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '../support/wait-for.ts';
import { openStream } from './read-stream.ts';
import { startRealApi, textOf } from './real-api.ts';
import type { RealApi } from './real-api.ts';

let api: RealApi;
afterEach(() => api.close());

describe('a session that rolls over every few turns', () => {
  it('loses and doubles nothing: messages, offsets, keys, streams', async () => {
    api = await startRealApi({ rollover: { turns: 3, events: 10_000 } });
    const turns = 10;
    const session = await api.open({
      root: Array.from({ length: turns }, (_, index) => ({ say: `Answer ${index + 1}.` })),
    });
    const stream = await openStream(`${api.url}${session}/events`);
    const send = (index: number) =>
      api.send(
        'POST',
        `${session}/messages`,
        { text: `Question ${index}`, delivery: 'after_turn' },
        { 'idempotency-key': `key ${index}`, prefer: 'wait=30' },
      );
    const first = await send(1);
    for (let index = 2; index <= turns; index++) expect((await send(index)).status).toBe(200);
    expect((await send(1)).body).toEqual(first.body);
    const { body } = await api.send('GET', `${session}/messages`);
    expect(body.data.map(textOf)).toEqual(
      Array.from({ length: turns }, (_, index) => [`Question ${index + 1}`, `Answer ${index + 1}.`]).flat(),
    );
    const events = await api.readEvents(session);
    expect(events.map(({ offset }) => offset)).toEqual(events.map((_, index) => index + 1));
    const seen = () => stream.events.flatMap(({ id, data }) => (id === undefined ? [] : [data]));
    await waitFor(() => seen().length === events.length);
    expect(seen()).toEqual(events);
    stream.leave();
  });

  it('takes messages that meet the rollover', async () => {
    api = await startRealApi({ rollover: { turns: 1, events: 10_000 } });
    const session = await api.open({ root: Array.from({ length: 40 }, () => ({ say: 'Yes.' })) });
    for (let round = 0; round < 5; round++) {
      const replies = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          api.send('POST', `${session}/messages`, { text: `Message ${round * 8 + index}` }),
        ),
      );
      expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 202));
    }
    await waitFor(async () => (await api.send('GET', session)).body.status === 'idle');
    const { body } = await api.send('GET', `${session}/messages?limit=200`);
    const said = body.data.filter(({ role }: { role: string }) => role === 'user').map(textOf);
    expect(new Set(said).size).toBe(40);
    expect(said).toHaveLength(40);
    api.model.forget();
  });
});

describe('a command whose answer got lost', () => {
  const never = new Promise(() => undefined);

  /** As if the API died before it had kept the answer. */
  function loseAnswers({ store: { requests } }: RealApi): () => void {
    const { complete } = requests;
    requests.complete = () => Promise.reject(new Error('the store is away'));
    return () => void (requests.complete = complete);
  }

  it('does nothing when it is repeated in a later run, and gets its first answer', async () => {
    api = await startRealApi({ rollover: { turns: 1, events: 10_000 } });
    const session = await api.open({
      root: [{ say: 'Yes.' }, { begin: 'Once', after: never }, { begin: 'Then', after: never }],
      researcher: [{ begin: 'Looking', after: never }],
    });
    const post = (path: string, key: string, body: object = {}) =>
      api.send('POST', `${session}/${path}`, body, { 'idempotency-key': key });
    const run = async () => {
      const handle = api.server.client.workflow.getHandle(`ws/default/session/${session.split('/').at(-1)}`);
      return (await handle.describe()).runId;
    };
    const { body: task } = await post('tasks', 'task', { agent: 'researcher', task: 'Look.' });
    const statusOfTask = async () => (await api.send('GET', `${session}/tasks/${task.id}`)).body.status;
    await waitFor(async () => (await statusOfTask()) === 'running');
    const keepAnswers = loseAnswers(api);
    expect((await post(`tasks/${task.id}/pause`, 'pause')).status).toBe(500);
    keepAnswers();
    await waitFor(async () => (await statusOfTask()) === 'paused');
    await post(`tasks/${task.id}/resume`, 'resume');
    await waitFor(async () => (await statusOfTask()) === 'running');
    const first = await run();
    await api.send('POST', `${session}/messages`, { text: 'Still there?' }, { prefer: 'wait=30' });
    await waitFor(async () => (await run()) !== first);
    expect((await post(`tasks/${task.id}/pause`, 'pause')).body).toEqual({
      ...{ id: task.id, status: 'paused', changed: true },
    });
    expect(await statusOfTask()).toBe('running');

    await post('messages', 'm1', { text: 'Tell a story' });
    await waitFor(() => api.model.calls.length === 3);
    loseAnswers(api);
    const second = await run();
    expect((await post('interrupt', 'interrupt')).status).toBe(500);
    keepAnswers();
    await waitFor(async () => (await run()) !== second);
    await post('messages', 'm2', { text: 'And another' });
    await waitFor(() => api.model.calls.length === 4);
    expect((await post('interrupt', 'interrupt')).body).toEqual({ turn: 2, changed: true });
    expect((await api.send('GET', session)).body.status).toBe('busy');
    expect((await post('interrupt', 'another')).body).toEqual({ turn: 3, changed: true });
    const events = await api.readEvents(session);
    const interrupted = events.flatMap((event) => (event.type === 'turn.interrupting' ? [event.turn] : []));
    expect(interrupted).toEqual([2, 3]);
    expect(events.filter(({ type }) => type === 'task.paused')).toHaveLength(1);
    await api.send('POST', `${session}/close`, {});
  });
});

describe('while every worker is away', () => {
  it('commands get 503 with the id to retry with, and reads come from the store', async () => {
    api = await startRealApi({ deadlines: { commandMs: 700, readMs: 500 } });
    const session = await api.open({ root: [{ say: 'Hello.' }] });
    const hi = { 'idempotency-key': 'hi', prefer: 'wait=30' };
    await waitFor(
      async () => (await api.send('POST', `${session}/messages`, { text: 'Hi' }, hi)).status === 200,
    );
    await api.stopWorkers();
    const reply = await api.send('POST', `${session}/messages`, { text: 'Are you there?' });
    expect([reply.status, reply.body.type]).toEqual([503, 'urn:offstage:problem:unavailable']);
    expect(reply.body.detail).toContain(reply.body.message);
    expect(reply.headers['retry-after']).toBe('5');
    expect((await api.send('GET', session)).body.stale).toBe(true);
    const { status, body } = await api.send('GET', `${session}/messages`);
    expect([status, body.detail]).toEqual([200, undefined]);
    expect([body.stale, body.data.map(textOf)]).toEqual([true, ['Hi', 'Hello.']]);
    const interrupt = await api.send('POST', `${session}/interrupt`);
    expect(interrupt.status).toBe(503);
  });
});
