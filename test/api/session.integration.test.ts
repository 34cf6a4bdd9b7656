/** The API on the run's Temporal server, with workers, a real store and a scripted model. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Provider } from '../../activities/model/provider.ts';
import type { Gateway } from '../../api/gateway/gateway.ts';
import { connectGateway } from '../../api/gateway/connection.ts';
import { createSessionGateway } from '../../api/session-gateway.ts';
import { MemoryBus } from '../../bus/memory-bus.ts';
import { Client } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { eventSchema } from '../../protocol/schemas/event.ts';
import { messageSchema, receiptSchema, sessionSchema, taskSchema } from '../../protocol/schemas/resources.ts';
import { openStore } from '../../storage/store.ts';
import { startWorkers } from '../../workers/start-workers.ts';
import type { Workers } from '../../workers/start-workers.ts';
import { defer } from '../support/deferred.ts';
import { scriptModel } from '../support/scripted-model.ts';
import type { Script, ScriptedModel } from '../support/scripted-model.ts';
import { connectToTestServer, readWorkflowBundle } from '../support/temporal.ts';
import type { TestServer } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';
import { openStream } from './read-stream.ts';
import { startApi } from './test-api.ts';
import type { TestApi } from './test-api.ts';

const never = new Promise(() => undefined);
const team = {
  agents: {
    root: {
      model: 'openai/root',
      description: 'answers',
      instruction: 'Answer.',
      sub_agents: ['researcher'],
      toolsets: [{ type: 'background_agents' }],
    },
    researcher: {
      model: 'openai/researcher',
      description: 'looks things up',
      instruction: 'Look it up.',
      sub_agents: ['reader'],
      toolsets: [{ type: 'background_agents' }],
    },
    reader: { model: 'openai/reader', description: 'reads', instruction: 'Read.' },
  },
};

let server: TestServer;
let connection: Connection;
let workers: Workers;
let model: ScriptedModel;
let api: TestApi<Gateway>;
const provider: Provider = { call: (call) => model.provider.call(call) };

beforeAll(async () => {
  server = await connectToTestServer();
  connection = await connectGateway({ address: server.address });
  const client = new Client({ connection, namespace: server.namespace });
  const store = await openStore({ dataFolder: null });
  const bus = new MemoryBus((error) => console.error(error));
  const mainQueue = server.taskQueue;
  workers = await startWorkers({
    connection: server.workerConnection,
    client,
    namespace: server.namespace,
    workflowBundle: await readWorkflowBundle(),
    store,
    bus,
    provider,
    mainQueue,
  });
  const gateway = createSessionGateway({ client, bus, temporalUi: 'http://127.0.0.1:8233', mainQueue });
  api = await startApi({ gateway, store, bus });
});
afterAll(async () => {
  await workers.stop();
  await api.close();
  await connection.close();
  await server.close();
});

async function open(scripts: Record<string, Script>, body: object = {}): Promise<string> {
  model = scriptModel(scripts);
  const reply = await api.send('POST', '/v1/sessions', { team, ...body });
  expect(reply.status).toBe(201);
  return `/v1/sessions/${sessionSchema.parse(reply.body).id}`;
}

/** Every event so far, read in pages. */
async function readEvents(session: string) {
  const all = [];
  for (let cursor: string | null = '1'; cursor !== null;) {
    const { body } = await api.send('GET', `${session}/events?limit=5&cursor=${cursor}`, undefined, {
      accept: 'application/json',
    });
    all.push(...eventSchema.array().parse(body.data));
    cursor = body.nextCursor;
  }
  return all;
}

const textOf = (message: { content: { type: string; text?: string }[] }) =>
  message.content.map((part) => part.text).join('');

describe('a session over HTTP', () => {
  it('answers a message, and view, transcript, feed and links tell of it', async () => {
    const session = await open({ root: [{ say: 'Good morning.' }] }, { user: 'u1' });
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
    const events = await readEvents(session);
    await waitFor(() => stream.events.filter(({ id }) => id !== undefined).length === events.length);
    expect(stream.events.flatMap(({ id, data }) => (id === undefined ? [] : [data]))).toEqual(events);
    const deltas = stream.events.filter(({ event }) => event === 'delta').map(({ data }) => data.text);
    expect(deltas.join('')).toBe('Good morning.');
    stream.leave();
  });

  it('begins with a message that comes along', async () => {
    const session = await open({ root: [{ say: 'At once.' }] }, { message: 'Hello' });
    await waitFor(async () => (await api.send('GET', session)).body.status === 'idle');
    const transcript = await api.send('GET', `${session}/messages`);
    expect(transcript.body.data.map(textOf)).toEqual(['Hello', 'At once.']);
  });

  it('takes a message once for one key, also when its session is closed by then', async () => {
    const session = await open({ root: [{ say: 'Once.' }] });
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
    const session = await open({ root: [{ begin: 'Once upon', after: never }] });
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
    const session = await open({ root: [{ say: 'Bye.' }] });
    await api.send('POST', `${session}/messages`, { text: 'Hello' }, { prefer: 'wait=30' });
    const stream = await openStream(`${api.url}${session}/events`);
    const closed = await api.send('POST', `${session}/close`, { reason: 'done' });
    expect(closed.body).toEqual({ status: 'closing', changed: true });
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({ event: 'session.closed', data: { reason: 'done' } });
    await waitFor(async () => (await api.send('GET', session)).body.status === 'closed');
    const { body } = await api.send('GET', session);
    expect(sessionSchema.parse(body)).toMatchObject({ closeReason: 'done', offset: stream.events.length });
    expect((await readEvents(session)).length).toBe(stream.events.length);
    expect((await api.send('POST', `${session}/close`, {})).body.changed).toBe(false);
  });

  it('is deleted with its histories', async () => {
    const session = await open({ root: [{ begin: 'Once', after: never }] });
    await api.send('POST', `${session}/messages`, { text: 'Hello' });
    await waitFor(() => model.calls.length === 1);
    expect((await api.send('DELETE', session)).status).toBe(204);
    expect((await api.send('GET', session)).status).toBe(404);
    const handle = server.client.workflow.getHandle(`ws/default/session/${session.split('/').at(-1)}`);
    await waitFor(() =>
      handle.describe().then(
        () => false,
        (error: Error) => error.name === 'WorkflowNotFoundError',
      ),
    );
  });

  it('is ready while its workers poll', async () => {
    const { status, body } = await api.send('GET', '/readyz');
    expect([status, body]).toEqual([
      200,
      { ready: true, temporal: true, mainWorker: true, backgroundWorker: true, store: true },
    ]);
  });
});

describe('tasks over HTTP', () => {
  it('are started by hand, told of when they end, and read with their transcript and feed', async () => {
    const session = await open({
      researcher: [{ say: 'Open from nine to five.' }],
      root: [{ say: 'They open at nine.' }],
    });
    const body = { agent: 'researcher', task: 'When do they open?', title: 'Opening hours' };
    const started = await api.send('POST', `${session}/tasks`, body, { 'idempotency-key': 'task-1' });
    expect(started.status).toBe(201);
    const task = taskSchema.parse(started.body);
    expect(task).toMatchObject({
      agent: 'researcher',
      title: 'Opening hours',
      task: 'When do they open?',
      depth: 1,
    });
    const again = await api.send('POST', `${session}/tasks`, body, { 'idempotency-key': 'task-1' });
    expect(again.body.id).toBe(task.id);
    await waitFor(async () => {
      const view = await api.send('GET', `${session}/tasks/${task.id}`);
      return view.body.notice.state === 'spoken';
    });
    const ended = taskSchema.parse((await api.send('GET', `${session}/tasks/${task.id}`)).body);
    expect(ended).toMatchObject({ status: 'completed', result: 'Open from nine to five.', error: null });
    const list = await api.send('GET', `${session}/tasks`);
    expect(list.body.data).toHaveLength(1);
    const transcript = await api.send('GET', `${session}/tasks/${task.id}/messages`);
    expect(transcript.body.data.map(textOf)).toEqual(['When do they open?', 'Open from nine to five.']);
    const feed = await openStream(`${api.url}${session}/tasks/${task.id}/events`);
    await feed.ended;
    expect(feed.events.map(({ event }) => event)).toEqual([
      'task.started',
      'turn.started',
      'step.started',
      'message.committed',
      'turn.finished',
      'task.finished',
    ]);
    const all = await api.send('GET', '/v1/tasks?agent=researcher&status=completed');
    expect(all.body.data.map((row: { id: string }) => row.id)).toContain(task.id);
  });

  it('are refused with the list of agents that may be started', async () => {
    const session = await open({});
    const reply = await api.send('POST', `${session}/tasks`, { agent: 'reader', task: 'Read.' });
    expect([reply.status, reply.body.type]).toEqual([422, 'urn:offstage:problem:task-refused']);
    expect(reply.body.detail).toContain('the agents are: researcher');
  });

  it('are steered while they run, and not when they have ended', async () => {
    const gate = defer();
    const session = await open({
      researcher: [{ say: 'First.', after: gate.promise }, { say: 'In short.' }],
      root: [{ say: 'Done.' }],
    });
    const { body: task } = await api.send('POST', `${session}/tasks`, { agent: 'researcher', task: 'Look.' });
    await waitFor(() => model.calls.length === 1);
    const path = `${session}/tasks/${task.id}/messages`;
    const steered = await api.send('POST', path, { text: 'Be brief.' }, { 'idempotency-key': 'steer' });
    expect(steered.status).toBe(202);
    const again = await api.send('POST', path, { text: 'Be brief.' }, { 'idempotency-key': 'steer' });
    expect(again.body).toEqual(steered.body);
    await waitFor(async () => (await api.send('GET', path)).body.data.map(textOf).includes('Be brief.'));
    gate.resolve();
    await waitFor(
      async () => (await api.send('GET', `${session}/tasks/${task.id}`)).body.status === 'completed',
    );
    expect((await api.send('GET', `${session}/tasks/${task.id}`)).body.result).toBe('In short.');
    const late = await api.send('POST', path, { text: 'One more thing' });
    expect([late.status, late.body.type]).toEqual([409, 'urn:offstage:problem:task-finished']);
  });

  it('are stopped with those below them, and the receipt names all', async () => {
    const session = await open({
      researcher: [
        { call: [{ name: 'run_background_agent', arguments: { agent: 'reader', task: 'Read it.' } }] },
        { begin: 'So far', after: never },
      ],
      reader: [{ begin: 'Page one', after: never }],
      root: [{ say: 'Stopped.' }],
    });
    const { body: task } = await api.send('POST', `${session}/tasks`, { agent: 'researcher', task: 'Look.' });
    await waitFor(() => model.calls.length === 3);
    const live = taskSchema.parse((await api.send('GET', `${session}/tasks/${task.id}`)).body);
    expect(live.tasks.map(({ agent }) => agent)).toEqual(['reader']);
    const tree = await api.send('GET', `${session}/tasks`);
    expect(tree.body.data.map((row: { depth: number }) => row.depth)).toEqual([1, 2]);
    const receipt = receiptSchema.parse((await api.send('POST', `${session}/tasks/${task.id}/stop`)).body);
    expect(receipt).toMatchObject({ changed: true, quiet: true });
    expect(receipt.tasks.map(({ agent, status, partial }) => [agent, status, partial])).toEqual([
      ['researcher', 'cancelled', true],
      ['reader', 'cancelled', true],
    ]);
    const again = await api.send('POST', `${session}/tasks/${task.id}/stop`);
    expect(again.body).toMatchObject({ changed: false, quiet: true, tasks: [{ status: 'cancelled' }] });
  });
});
