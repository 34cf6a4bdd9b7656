/** `Prefer: wait` on real workflows, which tell themselves how a turn ended. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MemoryBus } from '../../bus/memory-bus.ts';
import { answeredMessageSchema } from '../../protocol/schemas/resources.ts';
import { defer } from '../support/deferred.ts';
import { waitFor } from '../support/wait-for.ts';
import { startRealApi, textOf } from './real-api.ts';
import type { RealApi } from './real-api.ts';

const never = new Promise(() => undefined);
const PATIENTLY = { prefer: 'wait=60' };
let api: RealApi;
beforeAll(async () => {
  const bus = new MemoryBus((error) => console.error(error));
  // A bus that nobody can listen to: what is waited for here does not need it.
  jest.spyOn(bus, 'subscribed').mockReturnValue(never as Promise<void>);
  jest.spyOn(bus, 'subscribe').mockReturnValue(() => undefined);
  api = await startRealApi({ bus });
});
afterAll(() => api.close());

const post = (session: string, text: string, headers: Record<string, string> = PATIENTLY, more = {}) =>
  api.send('POST', `${session}/messages`, { text, ...more }, headers);

const handleOf = (session: string) =>
  api.server.client.workflow.getHandle(`ws/default/session/${session.split('/').at(-1)}`);

describe('a message that is waited for', () => {
  it('needs neither a query nor the bus, and its answer is the same as from the feed', async () => {
    const session = await api.open({ root: [{ say: 'Good morning.' }] });
    const reads = jest.spyOn(api.gateway, 'read');
    const headers = { ...PATIENTLY, 'idempotency-key': 'key' };
    const told = await post(session, 'Hello', headers);
    expect([told.status, reads.mock.calls.length]).toEqual([200, 0]);
    expect(textOf(answeredMessageSchema.parse(told.body).reply as never)).toBe('Good morning.');
    const found = await post(session, 'Hello', headers);
    expect(reads).toHaveBeenCalled();
    reads.mockRestore();
    expect(found.body).toEqual(told.body);
    expect((await api.send('GET', session)).body.title).toBe('Hello');
  });

  it.each(['failed', 'interrupted'] as const)('tells of a turn that %s as the feed does', async (outcome) => {
    const step = outcome === 'failed' ? { fail: 'no.' } : { begin: 'Once upon', after: never };
    const session = await api.open({ root: [step] });
    const headers = { ...PATIENTLY, 'idempotency-key': 'key' };
    const asked = post(session, 'Tell a story', headers);
    if (outcome === 'interrupted') {
      // It names the session when it is accepted, not when it is answered.
      await waitFor(async () => (await api.send('GET', session)).body.title === 'Tell a story');
      await waitFor(() => api.model.calls.length === 1);
      await api.send('POST', `${session}/interrupt`);
    }
    const told = await asked;
    expect(answeredMessageSchema.parse(told.body)).toMatchObject({ turn: 1, outcome });
    expect(told.body.reply.role).toBe(outcome === 'failed' ? 'system' : 'assistant');
    expect((await post(session, 'Tell a story', headers)).body).toEqual(told.body);
  });

  it('is answered for each of six who wait at once', async () => {
    const answer = defer();
    const session = await api.open({
      root: [{ begin: 'Well', after: answer.promise, say: '.' }, { say: 'All of you.' }],
    });
    const asked = [post(session, '1')];
    // Those that come before it begins are of its first step.
    await waitFor(() => api.model.calls.length === 1);
    asked.push(...['2', '3', '4', '5', '6'].map((text) => post(session, text)));
    await waitFor(async () => {
      const { body } = await api.send('GET', `${session}/messages`);
      return body.data.filter(({ role }: { role: string }) => role === 'user').length === asked.length;
    });
    answer.resolve();
    for (const { status, body } of await Promise.all(asked)) {
      expect([status, body.outcome, textOf(body.reply)]).toEqual([200, 'answered', 'All of you.']);
    }
  });

  it('is one message under its key, waited for or not, while its turn runs and after it', async () => {
    const answer = defer();
    const session = await api.open({ root: [{ after: answer.promise, say: 'Once.' }] });
    const key = { 'idempotency-key': 'key' };
    const first = post(session, 'Hello', { ...PATIENTLY, ...key });
    await waitFor(() => api.model.calls.length === 1);
    const second = post(session, 'Hello', { ...PATIENTLY, ...key });
    const plain = await post(session, 'Hello', key);
    expect([plain.status, plain.body.turn]).toEqual([202, 1]);
    expect((await post(session, 'Bye', { ...PATIENTLY, ...key })).status).toBe(422);
    answer.resolve();
    const answers = [await first, await second, await post(session, 'Hello', { ...PATIENTLY, ...key })];
    for (const { status, body } of answers) {
      expect([status, textOf(body.reply)]).toEqual([200, 'Once.']);
      expect(body).toMatchObject(plain.body);
    }
    expect((await post(session, 'Hello', key)).body).toEqual(plain.body);
    expect(api.model.calls).toHaveLength(1);
  });

  it('is acknowledged when the time passes, and no update stays open for it', async () => {
    const session = await api.open({ root: [{ begin: 'Once upon', after: never }] });
    const { status, body } = await post(session, 'Tell a story', { prefer: 'wait=1' });
    expect([status, body.turn]).toEqual([202, 1]);
    const { events } = await handleOf(session).fetchHistory();
    const count = (type: string) => events?.filter((event) => type in event && event[type as never]).length;
    expect(count('workflowExecutionUpdateAcceptedEventAttributes')).toBe(2);
    expect(count('workflowExecutionUpdateCompletedEventAttributes')).toBe(2);
    await api.send('POST', `${session}/close`, {});
  });

  it('that interrupts is answered by the turn that follows', async () => {
    const session = await api.open({ root: [{ begin: 'Once upon', after: never }, { say: 'Stopped.' }] });
    const first = post(session, 'Tell a story');
    await waitFor(() => api.model.calls.length === 1);
    const second = await post(session, 'Stop', PATIENTLY, { delivery: 'interrupt' });
    expect([second.body.turn, textOf(second.body.reply)]).toEqual([2, 'Stopped.']);
    expect((await first).body).toMatchObject({ turn: 1, outcome: 'interrupted' });
  });

  it('is answered by the turn that a close interrupts, and acknowledged where none takes it', async () => {
    const session = await api.open({ root: [{ begin: 'Once upon', after: never }] });
    const taken = post(session, 'Tell a story');
    await waitFor(() => api.model.calls.length === 1);
    const waiting = post(session, 'And another', PATIENTLY, { delivery: 'after_turn' });
    await waitFor(async () => (await api.readEvents(session)).length === 5);
    await api.send('POST', `${session}/close`, {});
    expect((await taken).body).toMatchObject({ turn: 1, outcome: 'interrupted' });
    expect(await waiting).toMatchObject({ status: 202, body: { turn: 2, offset: 5 } });
  });

  it('is acknowledged when its session is ended from outside meanwhile', async () => {
    const session = await api.open({ root: [{ say: 'Hello.' }, { begin: 'Once upon', after: never }] });
    await post(session, 'Hello');
    const taken = post(session, 'Tell a story');
    await waitFor(() => api.model.calls.length === 2);
    const joining = post(session, 'A short one');
    await waitFor(async () => (await api.readEvents(session)).length === 10);
    await handleOf(session).terminate();
    expect(await taken).toMatchObject({ status: 202, body: { turn: 2, offset: 7 } });
    expect(await joining).toMatchObject({ status: 202, body: { turn: 2, offset: 10 } });
    expect((await post(session, 'Still there?')).status).toBe(409);
  });
});

describe('a message that is waited for while every worker is away', () => {
  it('is told in time that nobody has taken it, and is taken once when it is repeated', async () => {
    const away = await startRealApi({ deadlines: { commandMs: 700, readMs: 500 } });
    const session = await away.open({ root: [{ say: 'Here.' }] });
    await away.stopWorkers();
    const send = () =>
      away.send(
        'POST',
        `${session}/messages`,
        { text: 'Are you there?' },
        { ...PATIENTLY, 'idempotency-key': 'key' },
      );
    const { status, body } = await send();
    expect([status, body.type]).toEqual([503, 'urn:offstage:problem:unavailable']);
    expect(body.detail).toContain('may still be applied; retry with this Idempotency-Key: key');
    await away.startWorkers();
    const answered = await waitFor(async () => {
      const reply = await send();
      return reply.status === 200 && reply.body;
    });
    expect([answered.message, textOf(answered.reply)]).toEqual([body.message, 'Here.']);
    expect((await away.readEvents(session)).filter(({ type }) => type === 'message.queued')).toHaveLength(1);
    await away.close();
  });
});

describe('a process that ends while messages are waited for', () => {
  it('acknowledges them', async () => {
    const ending = await startRealApi();
    const session = await ending.open({ root: [{ begin: 'Once upon', after: never }] });
    const reply = ending.send('POST', `${session}/messages`, { text: 'Tell a story' }, PATIENTLY);
    await waitFor(() => ending.model.calls.length === 1);
    await ending.shutDown();
    expect(await reply).toMatchObject({ status: 202, body: { turn: 1, offset: 2 } });
    await ending.close();
  });
});
