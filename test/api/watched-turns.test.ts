import { setImmediate as nextMoment } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Refused, TemporalAway } from '../../api/gateway/failures.ts';
import { toLiveTopic } from '../../bus/bus.ts';
import { answeredMessageSchema } from '../../protocol/schemas/resources.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import { defer } from '../support/deferred.ts';
import { waitFor } from '../support/wait-for.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { playTurn } from './play-turn.ts';
import { openStream } from './read-stream.ts';
import { startFakeApi } from './test-api.ts';
import type { TestApi } from './test-api.ts';

let api: TestApi<FakeGateway>;
let id: ConversationId;
let path: string;
beforeAll(async () => {
  api = await startFakeApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  const { body } = await api.send('POST', '/v1/sessions', { team: 'assistant' });
  id = { workspace: 'default', session: body.id, task: null };
  path = `/v1/sessions/${body.id}/messages`;
});

const sent = () => api.gateway.find(id).sent;

describe('a message that is waited for', () => {
  it('with Prefer: wait comes back with the reply to it', async () => {
    const [reply] = await Promise.all([
      api.send('POST', path, { text: 'Hello' }, { prefer: 'respond-async, wait=30' }),
      playTurn(api, id, 'Good morning.'),
    ]);
    expect([reply.status, reply.headers['preference-applied']]).toEqual([200, 'wait=30']);
    const answered = answeredMessageSchema.parse(reply.body);
    expect(answered).toMatchObject({ turn: 1, outcome: 'answered', reply: { id: 'msg_reply', step: 1 } });
    expect(answered.reply?.content).toEqual([{ type: 'text', text: 'Good morning.' }]);
  });

  it('with Prefer: wait is only acknowledged when the time passes', async () => {
    const reply = await api.send('POST', path, { text: 'Hello' }, { prefer: 'wait=0' });
    expect([reply.status, reply.body.turn]).toEqual([202, 1]);
  });

  it('with Prefer: wait is acknowledged when its turn cannot be watched', async () => {
    const look = jest.spyOn(api.gateway, 'read').mockRejectedValue(new TemporalAway('Reading'));
    const headers = { prefer: 'wait=30', 'idempotency-key': 'unwatched' };
    const reply = await api.send('POST', path, { text: 'Hello' }, headers);
    expect(reply).toMatchObject({ status: 202, body: { message: sent()[0]?.id, turn: 1 } });
    expect(sent()).toHaveLength(1);
    look.mockRestore();
    const [again] = await Promise.all([
      api.send('POST', path, { text: 'Hello' }, headers),
      playTurn(api, id, 'Good morning.'),
    ]);
    expect(again).toMatchObject({ status: 200, body: { message: reply.body.message, outcome: 'answered' } });
  });

  it('with Prefer: wait is acknowledged in time, however long its turn takes to be found', async () => {
    const found = defer();
    const look = jest.spyOn(api.gateway, 'read').mockImplementation(async () => {
      await found.promise;
      throw new TemporalAway('Reading');
    });
    const headers = { prefer: 'wait=0', 'idempotency-key': 'found late' };
    const reply = await api.send('POST', path, { text: 'Hello' }, headers);
    expect(reply).toMatchObject({ status: 202, body: { message: sent()[0]?.id } });
    expect(look).toHaveBeenCalled();
    found.resolve();
    look.mockRestore();
  });

  it('asks nobody for events where the workflow tells the end, and is answered as by its events', async () => {
    const ask = async (key: string) => {
      const before = api.gateway.reads;
      const headers = { prefer: 'wait=30', 'idempotency-key': key };
      const { status, body } = await api.send('POST', path, { text: 'Hello' }, headers);
      return { status, body, reads: api.gateway.reads - before };
    };
    const subscribe = jest.spyOn(api.bus, 'subscribe');
    api.gateway.tellsEnds = true;
    const [told] = await Promise.all([ask('key'), playTurn(api, id, 'Good morning.')]);
    api.gateway.tellsEnds = false;
    expect([told.status, told.reads, subscribe.mock.calls.length]).toEqual([200, 0, 0]);
    subscribe.mockRestore();
    // Its acknowledgement is known by now, so this one looks at the events.
    const found = await ask('key');
    expect([found.status, found.reads]).toEqual([200, 1]);
    expect(found.body).toEqual(told.body);
  });

  it('is answered by its events when the store lacks the reply that the workflow names', async () => {
    const lack = jest.spyOn(api.store.transcript, 'message').mockResolvedValueOnce(null);
    api.gateway.tellsEnds = true;
    const [reply] = await Promise.all([
      api.send('POST', path, { text: 'Hello' }, { prefer: 'wait=30' }),
      playTurn(api, id, 'Good morning.'),
    ]);
    api.gateway.tellsEnds = false;
    expect(lack).toHaveBeenCalled();
    lack.mockRestore();
    expect(reply).toMatchObject({ status: 200, body: { outcome: 'answered', reply: { id: 'msg_reply' } } });
  });

  it('is found without the bus too, a moment later', async () => {
    const subscribe = jest.spyOn(api.bus, 'subscribe').mockReturnValue(() => undefined);
    const subscribed = jest.spyOn(api.bus, 'subscribed').mockReturnValue(new Promise(() => undefined));
    const [reply] = await Promise.all([
      api.send('POST', path, { text: 'Hello' }, { prefer: 'wait=30' }),
      playTurn(api, id, 'Good morning.'),
    ]);
    subscribe.mockRestore();
    subscribed.mockRestore();
    expect(reply).toMatchObject({ status: 200, body: { outcome: 'answered' } });
  });

  it('is acknowledged when the process ends before its turn does', async () => {
    const ending = await startFakeApi();
    const { body } = await ending.send('POST', '/v1/sessions', { team: 'assistant' });
    const session = { workspace: 'default', session: body.id, task: null };
    const to = `/v1/sessions/${body.id}/messages`;
    const reply = ending.send('POST', to, { text: 'Hello' }, { prefer: 'wait=300' });
    await waitFor(() => ending.gateway.find(session).sent.length > 0);
    await ending.shutDown();
    expect(await reply).toMatchObject({ status: 202, body: { turn: 1 } });
    await ending.close();
  });

  it('waits on when it is another turn that has ended', async () => {
    const [reply] = await Promise.all([
      api.send('POST', path, { text: 'Hello' }, { prefer: 'wait=30' }),
      waitFor(() => sent()[0]).then(async () => {
        const { gateway, bus } = api;
        const usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: null };
        const end = { turn: 0, outcome: 'answered' as const, error: null };
        const { offset } = gateway.record(id, {
          ...{ type: 'turn.finished' as const, ...end },
          usage: { ...usage, costUsd: null, modelCalls: 0 },
        });
        bus.publish(toLiveTopic(id), { type: 'poke', offset, endsTurn: true });
        await playTurn(api, id, 'Good morning.');
      }),
    ]);
    expect(reply).toMatchObject({ status: 200, body: { turn: 1, outcome: 'answered' } });
  });
});

describe('a message that is streamed', () => {
  it('comes back as the stream of its turn', async () => {
    const [reply] = await Promise.all([
      api.send('POST', path, { text: 'Hello' }, { accept: 'text/event-stream' }),
      playTurn(api, id, 'Good morning.'),
    ]);
    expect(reply.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const types = [...reply.text.matchAll(/^event: (.*)$/gm)].map(([, type]) => type);
    expect(types).toEqual([
      'message.queued',
      'turn.started',
      'step.started',
      'message.committed',
      'turn.finished',
    ]);
  });

  it('has the live text that came before its acknowledgement', async () => {
    const send = api.gateway.sendMessage.bind(api.gateway);
    jest.spyOn(api.gateway, 'sendMessage').mockImplementationOnce(async (...message) => {
      const acknowledgement = await send(...message);
      const delta = { type: 'delta', turn: 1, step: 1, attempt: 1, kind: 'text', text: 'Good' } as const;
      api.bus.publish(toLiveTopic(id), delta);
      return acknowledgement;
    });
    const watching = jest.spyOn(api.gateway, 'read');
    const [reply] = await Promise.all([
      api.send('POST', path, { text: 'Hello' }, { accept: 'text/event-stream' }),
      // The text of a step whose message is out is not shown: the turn ends when the stream has begun.
      waitFor(() => watching.mock.results.length > 0).then(() => playTurn(api, id, 'Good morning.')),
    ]);
    watching.mockRestore();
    expect(reply.text).toContain('"text":"Good"');
  });

  it('that is refused disturbs nobody who reads the feed that it has opened', async () => {
    const [asked, refusal] = [defer(), defer()];
    jest.spyOn(api.gateway, 'sendMessage').mockImplementationOnce(async () => {
      asked.resolve();
      await refusal.promise;
      throw new Refused('session.inbox_full', 'too much waits');
    });
    const refused = api.send('POST', path, { text: 'Hello' }, { accept: 'text/event-stream' });
    await asked.promise;
    const looks = jest.spyOn(api.store.sessions, 'get');
    const other = openStream(`${api.url}/v1/sessions/${id.session}/events?from=latest`, {});
    // It has found the session, and shares the feed from the next moment on.
    await waitFor(async () => (await looks.mock.results[0]?.value) !== undefined);
    await nextMoment();
    looks.mockRestore();
    refusal.resolve();
    expect((await refused).status).toBe(429);
    const stream = await other;
    const { offset } = api.gateway.record(id, { type: 'notice', code: 'test', text: 'still here' });
    api.bus.publish(toLiveTopic(id), { type: 'poke', offset });
    await stream.until(1);
    stream.leave();
    expect(stream.events).toMatchObject([{ event: 'notice' }]);
  });
});
