import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messageSchema, sessionSchema } from '../../protocol/schemas/resources.ts';
import { waitFor } from '../support/wait-for.ts';
import { openStream } from './read-stream.ts';
import { startRealApi, textOf } from './real-api.ts';
import type { RealApi } from './real-api.ts';

const never = new Promise(() => undefined);
let api: RealApi;
beforeAll(async () => {
  api = await startRealApi();
});
afterAll(() => api.close());

describe('a session over HTTP', () => {
  it('answers a message, and view, transcript, feed and links tell of it', async () => {
    const session = await api.open({ root: [{ say: 'Good morning.' }] }, { user: 'u1' });
    const stream = await openStream(`${api.url}${session}/events`);
    const reply = await api.send('POST', `${session}/messages`, { text: 'Hello' }, { prefer: 'wait=30' });
    expect([reply.status, reply.body.outcome, textOf(reply.body.reply)]).toEqual([
      200,
      'answered',
      'Good morning.',
    ]);
    const { body } = await api.send('GET', session);
    expect(sessionSchema.parse(body)).toMatchObject({ status: 'idle', agent: 'root', user: 'u1', offset: 6 });
    expect(body.links.temporal).toContain('/namespaces/default/workflows/ws%2Fdefault%2Fsession%2F');
    const transcript = await api.send('GET', `${session}/messages`);
    expect(
      messageSchema
        .array()
        .parse(transcript.body.data)
        .map((row) => `${row.role}: ${textOf(row)}`),
    ).toEqual(['user: Hello', 'assistant: Good morning.']);
    const events = await api.readEvents(session);
    await waitFor(() => stream.events.filter(({ id }) => id !== undefined).length === events.length);
    expect(stream.events.flatMap(({ id, data }) => (id === undefined ? [] : [data]))).toEqual(events);
    const deltas = stream.events.filter(({ event }) => event === 'delta').map(({ data }) => data.text);
    expect(deltas.join('')).toBe('Good morning.');
    stream.leave();
  });

  it('begins with a message that comes along', async () => {
    const session = await api.open({ root: [{ say: 'At once.' }] }, { message: 'Hello' });
    await waitFor(async () => (await api.send('GET', session)).body.status === 'idle');
    const transcript = await api.send('GET', `${session}/messages`);
    expect(transcript.body.data.map(textOf)).toEqual(['Hello', 'At once.']);
  });

  it('takes a message once for one key, also when its session is closed by then', async () => {
    const session = await api.open({ root: [{ say: 'Once.' }] });
    const send = (text: string) =>
      api.send('POST', `${session}/messages`, { text }, { 'idempotency-key': 'the key' });
    const [first, second] = await Promise.all([send('Hello'), send('Hello')]);
    expect(first.body).toEqual(second.body);
    expect((await send('Bye')).status).toBe(422);
    await waitFor(async () => (await api.send('GET', session)).body.status === 'idle');
    await api.send('POST', `${session}/close`, {});
    await waitFor(async () => (await api.send('GET', session)).body.status === 'closed');
    expect((await send('Hello')).body).toEqual(first.body);
    expect((await api.send('POST', `${session}/messages`, { text: 'New' })).body.type).toBe(
      'urn:offstage:problem:session-closed',
    );
    expect((await api.send('GET', `${session}/messages`)).body.data.map(textOf)).toEqual(['Hello', 'Once.']);
  });

  it('stops a running turn at once, and an interrupt while idle changes nothing', async () => {
    const session = await api.open({ root: [{ begin: 'Once upon', after: never }] });
    const stream = await openStream(`${api.url}${session}/events`);
    await api.send('POST', `${session}/messages`, { text: 'Tell a story' });
    await waitFor(() => stream.events.some(({ event }) => event === 'delta'));
    expect((await api.send('POST', `${session}/interrupt`)).body).toEqual({ turn: 1, changed: true });
    await waitFor(() => stream.events.some(({ event }) => event === 'turn.finished'));
    expect((await api.send('POST', `${session}/interrupt`)).body).toEqual({ turn: null, changed: false });
    const { body } = await api.send('GET', `${session}/messages`);
    expect(body.data.map((row: { status: string }) => row.status)).toEqual(['committed', 'interrupted']);
    stream.leave();
  });

  it('closes, stays readable from the store, and its feed ends', async () => {
    const session = await api.open({ root: [{ say: 'Bye.' }] });
    await api.send('POST', `${session}/messages`, { text: 'Hello' }, { prefer: 'wait=30' });
    const stream = await openStream(`${api.url}${session}/events`);
    const closed = await api.send('POST', `${session}/close`, { reason: 'done' });
    expect(closed.body).toEqual({ status: 'closing', changed: true });
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({ event: 'session.closed', data: { reason: 'done' } });
    await waitFor(async () => (await api.send('GET', session)).body.status === 'closed');
    const { body } = await api.send('GET', session);
    expect(sessionSchema.parse(body)).toMatchObject({ closeReason: 'done', offset: stream.events.length });
    expect((await api.readEvents(session)).length).toBe(stream.events.length);
    expect((await api.send('POST', `${session}/close`, {})).body.changed).toBe(false);
  });

  it('is deleted with its histories', async () => {
    const session = await api.open({ root: [{ begin: 'Once', after: never }] });
    await api.send('POST', `${session}/messages`, { text: 'Hello' });
    await waitFor(() => api.model.calls.length === 1);
    expect((await api.send('DELETE', session)).status).toBe(204);
    expect((await api.send('GET', session)).status).toBe(404);
    const handle = api.server.client.workflow.getHandle(`ws/default/session/${session.split('/').at(-1)}`);
    await waitFor(
      () =>
        handle.describe().then(
          () => false,
          (error: Error) => error.name === 'WorkflowNotFoundError',
        ),
      // The server deletes a history once it has told its index that the workflow is closed: up to half a minute.
      { deadline: 90_000 },
    );
  }, 120_000);

  it('whose workflow was terminated by hand is over: it says so, its feed ends, and so do its tasks', async () => {
    const session = await api.open(
      {
        root: [{ say: 'I am here.' }, { begin: 'Once', after: never }],
        researcher: [{ begin: 'Looking', after: never }],
      },
      {},
      { max_running_tasks: 1 },
    );
    await api.send('POST', `${session}/messages`, { text: 'Hello' }, { prefer: 'wait=30' });
    const work = { agent: 'researcher', task: 'Look.' };
    const { body: task } = await api.send('POST', `${session}/tasks`, work);
    const { body: queued } = await api.send('POST', `${session}/tasks`, work);
    await api.send('POST', `${session}/messages`, { text: 'Tell a story' });
    await waitFor(() => api.model.calls.length === 3);
    const stream = await openStream(`${api.url}${session}/events`);
    const before = (await api.readEvents(session)).length;
    await stream.until(before);
    await api.server.client.workflow.getHandle(`ws/default/session/${session.split('/').at(-1)}`).terminate();
    expect((await api.send('POST', `${session}/messages`, { text: 'Still there?' })).status).toBe(409);
    const { body } = await api.send('GET', session);
    expect(sessionSchema.parse(body)).toMatchObject({
      ...{ status: 'aborted', closeReason: 'its workflow was ended from outside', offset: before + 1 },
    });
    expect((await api.send('POST', `${session}/interrupt`)).body).toEqual({ turn: null, changed: false });
    const events = await api.readEvents(session);
    expect(events.map(({ offset }) => offset)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)).toMatchObject({ type: 'session.closed', reason: body.closeReason });
    const transcript = await api.send('GET', `${session}/messages`);
    expect(transcript.body.data.map(textOf)).toEqual(['Hello', 'I am here.', 'Tell a story']);
    await waitFor(
      async () => (await api.send('GET', `${session}/tasks/${task.id}`)).body.status === 'cancelled',
    );
    await stream.ended;
    expect(stream.events.filter(({ id }) => id !== undefined).map(({ data }) => data)).toEqual(events);
    expect((await api.send('GET', session)).body.tasks).toMatchObject([
      { id: task.id, status: 'cancelled' },
      { id: queued.id, status: 'cancelled' },
    ]);
  });

  it('is ready while its workers poll', async () => {
    const { status, body } = await api.send('GET', '/readyz');
    expect([status, body]).toEqual([
      200,
      { ready: true, temporal: true, mainWorker: true, backgroundWorker: true, store: true },
    ]);
  });
});
