import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ConversationRead } from '../../protocol/session-messages.ts';
import { heldTaskSchema, receiptSchema, taskSchema } from '../../protocol/schemas/resources.ts';
import type { TaskSummaryResource } from '../../protocol/schemas/resources.ts';
import { defer } from '../support/deferred.ts';
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

describe('tasks over HTTP', () => {
  it('are started by hand, told of when they end, and read with their transcript and feed', async () => {
    const session = await api.open({
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

  it('say how far their ends were told, in their order, when nobody is left to ask', async () => {
    const titles = ['Monday', 'Tuesday', 'Wednesday', 'Thursday'];
    const start = (title: string) => ({
      name: 'run_background_agent',
      arguments: { agent: 'researcher', task: 'When?', title, group: 'week', notify: 'group' },
    });
    const session = await api.open({
      researcher: titles.map(() => ({ say: 'Nine.' })),
      root: [{ call: titles.map(start) }, { say: 'I ask.' }, { say: 'They open at nine.' }],
    });
    await api.send('POST', `${session}/messages`, { text: 'When do they open this week?' });
    const list = async (): Promise<TaskSummaryResource[]> =>
      (await api.send('GET', `${session}/tasks`)).body.data;
    await waitFor(async () => (await list()).filter(({ notice }) => notice.state === 'spoken').length === 4);
    const open = (await list()).map(({ title, notice }) => ({ title, notice }));
    expect(open.map(({ title }) => title)).toEqual(titles);
    await api.send('POST', `${session}/close`, {});
    await waitFor(async () => (await api.send('GET', session)).body.status === 'closed');
    expect(await list()).toMatchObject(open);
    expect((await api.send('GET', session)).body.tasks).toMatchObject(open);
    const [first] = await list();
    expect((await api.send('GET', `${session}/tasks/${first?.id}`)).body).toMatchObject({
      ...open[0],
    });
    const { body: all } = await api.send('GET', '/v1/tasks?agent=researcher&status=completed');
    expect(all.data[0].notice).toEqual({ state: 'none', turn: null, message: null });
  });

  it('are refused with the list of agents that may be started', async () => {
    const session = await api.open({});
    const reply = await api.send('POST', `${session}/tasks`, { agent: 'reader', task: 'Read.' });
    expect([reply.status, reply.body.type]).toEqual([422, 'urn:offstage:problem:task-refused']);
    expect(reply.body.detail).toContain('the agents are: researcher');
  });

  it('are steered while they run, and not when they have ended', async () => {
    const gate = defer();
    const session = await api.open({
      researcher: [{ say: 'First.', after: gate.promise }, { say: 'In short.' }],
      root: [{ say: 'Done.' }],
    });
    const { body: task } = await api.send('POST', `${session}/tasks`, { agent: 'researcher', task: 'Look.' });
    await waitFor(() => api.model.calls.length === 1);
    const path = `${session}/tasks/${task.id}/messages`;
    const steered = await api.send('POST', path, { text: 'Be brief.' }, { 'idempotency-key': 'steer' });
    expect(steered.status).toBe(202);
    const again = await api.send('POST', path, { text: 'Be brief.' }, { 'idempotency-key': 'steer' });
    expect(again.body).toEqual(steered.body);
    await waitFor(async () => (await api.send('GET', path)).body.data.map(textOf).includes('Be brief.'));
    gate.resolve();
    // The store knows of its end before the session does.
    await waitFor(
      async () => (await api.send('GET', `${session}/tasks/${task.id}`)).body.notice.state === 'spoken',
    );
    expect((await api.send('GET', `${session}/tasks/${task.id}`)).body.result).toBe('In short.');
    const late = await api.send('POST', path, { text: 'One more thing' });
    expect([late.status, late.body.type]).toEqual([409, 'urn:offstage:problem:task-finished']);
  });

  it('are stopped with those below them, and the receipt names all', async () => {
    const session = await api.open({
      researcher: [
        { call: [{ name: 'run_background_agent', arguments: { agent: 'reader', task: 'Read it.' } }] },
        { begin: 'So far', after: never },
      ],
      reader: [{ begin: 'Page one', after: never }],
      root: [{ say: 'Stopped.' }],
    });
    const { body: task } = await api.send('POST', `${session}/tasks`, { agent: 'researcher', task: 'Look.' });
    await waitFor(() => api.model.calls.length === 3);
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
    expect(again.body).toMatchObject({ changed: false, quiet: true, tasks: receipt.tasks });
  });

  it('are paused, told to hurry, and go on; what came of it is in the feed', async () => {
    const gate = defer();
    const session = await api.open({
      researcher: [
        { say: 'At length.', after: gate.promise },
        { begin: 'Well', after: never },
        { say: 'Short.' },
      ],
      root: [{ say: 'Done.' }],
    });
    const { body: task } = await api.send('POST', `${session}/tasks`, { agent: 'researcher', task: 'Look.' });
    await waitFor(() => api.model.calls.length === 1);
    const path = `${session}/tasks/${task.id}`;
    const held = { id: task.id, status: 'paused' };
    const paused = await api.send('POST', `${path}/pause`, {}, { 'idempotency-key': 'pause' });
    expect([paused.status, heldTaskSchema.parse(paused.body)]).toEqual([200, { ...held, changed: true }]);
    const again = await api.send('POST', `${path}/pause`, {}, { 'idempotency-key': 'pause' });
    expect(again.body).toEqual(paused.body);
    expect((await api.send('POST', `${path}/pause`)).body).toEqual({ ...held, changed: false });
    await api.send('POST', `${path}/messages`, { text: 'Be brief.' });
    // It hears one order after the other: with the words it has the pause, too.
    const said = async () => (await api.send('GET', `${path}/messages`)).body.data.map(textOf);
    await waitFor(async () => (await said()).includes('Be brief.'));
    gate.resolve();
    expect((await api.send('GET', path)).body.status).toBe('paused');
    const resumed = await api.send('POST', `${path}/resume`);
    expect(resumed.body).toEqual({ id: task.id, status: 'running', changed: true });
    await waitFor(() => api.model.calls.length === 2);
    const steered = await api.send('POST', `${path}/messages`, { text: 'Now!', mode: 'interrupt' });
    await waitFor(async () => (await api.send('GET', path)).body.status === 'completed');
    expect((await api.send('GET', path)).body.result).toBe('Short.');
    const events = await api.readEvents(session);
    expect(events.filter(({ type }) => /^task\.(paused|resumed|steer)/.test(type))).toMatchObject([
      { type: 'task.paused' },
      { type: 'task.steering', mode: 'append' },
      { type: 'task.resumed', status: 'running' },
      { type: 'task.steered', turn: 1, appliedAtStep: 2 },
      { type: 'task.steering', mode: 'interrupt', message: steered.body.message },
      { type: 'task.steered', turn: 2, appliedAtStep: 1, message: steered.body.message },
    ]);
    for (const word of ['pause', 'resume']) {
      const late = await api.send('POST', `${path}/${word}`);
      expect([late.status, late.body]).toEqual([200, { id: task.id, status: 'completed', changed: false }]);
    }
  });

  it('ask the person, who finds the question and answers it directly; lists of all tasks know who waits', async () => {
    const gate = defer();
    const question = { question: 'Which year is meant?' };
    const session = await api.open({
      researcher: [
        { call: [{ name: 'ask_starter', arguments: question }] },
        { say: 'Seven.', after: gate.promise },
      ],
      root: [{ say: 'Which year?' }, { say: 'Seven.' }],
    });
    const { body: task } = await api.send('POST', `${session}/tasks`, {
      agent: 'researcher',
      task: 'Count.',
    });
    const path = `${session}/tasks/${task.id}`;
    const listed = async (status: string): Promise<boolean> => {
      const { body } = await api.send('GET', `/v1/tasks?status=${status}`);
      return body.data.some((row: { id: string }) => row.id === task.id);
    };
    await waitFor(() => listed('waiting_input'));
    expect(taskSchema.parse((await api.send('GET', path)).body)).toMatchObject({
      status: 'waiting_input',
      waitingFor: 'answer',
      ...question,
    });
    expect((await api.send('POST', `${path}/pause`)).body).toMatchObject({ status: 'paused', changed: true });
    await waitFor(() => listed('paused'));
    expect((await api.send('GET', path)).body).toMatchObject({ waitingFor: 'answer', ...question });
    expect((await api.send('POST', `${path}/resume`)).body.status).toBe('waiting_input');
    const answer = await api.send('POST', `${path}/messages`, { text: 'The last one' });
    expect(answer.status).toBe(202);
    await waitFor(() => listed('running'));
    expect((await api.send('GET', path)).body).toMatchObject({ waitingFor: null, question: null });
    gate.resolve();
    await waitFor(async () => (await api.send('GET', path)).body.notice.state === 'spoken');
    for (const feed of [session, path]) {
      const asked = (await api.readEvents(feed)).filter(({ type }) => type === 'task.asked');
      expect(asked).toMatchObject([{ task: task.id, turn: 1, step: 1, ...question }]);
    }
    const turns = (await api.readEvents(session)).filter(({ type }) => type === 'turn.started');
    expect(turns).toMatchObject([{ cause: 'question', inputs: [task.id] }, { cause: 'completion' }]);
  });

  it('that were kept can be stopped while their session comes to its end', async () => {
    const [over, ended] = [defer(), defer()];
    const session = await api.open({ researcher: [{ begin: 'So far', after: never }] });
    const { body: task } = await api.send('POST', `${session}/tasks`, { agent: 'researcher', task: 'Look.' });
    await waitFor(() => api.model.calls.length === 1);
    const { sessions, tasks } = api.store;
    const [setStatus, finish] = [sessions.setStatus.bind(sessions), tasks.finish.bind(tasks)];
    const spies = [
      jest.spyOn(sessions, 'setStatus').mockImplementation(async (...change) => {
        await setStatus(...change);
        await over.promise;
      }),
      jest.spyOn(tasks, 'finish').mockImplementation(async (request) => {
        await ended.promise;
        return finish(request);
      }),
    ];
    await api.send('POST', `${session}/close`, { tasks: 'keep' });
    await waitFor(async () => (await api.send('GET', session)).body.status === 'closed');
    const handle = api.server.client.workflow.getHandle(`ws/default/session/${session.split('/').at(-1)}`);
    const stopping = api.send('POST', `${session}/tasks/${task.id}/stop`);
    // Its workflow has accepted the stop, and is over before the task is.
    await waitFor(async () => {
      const { events } = await handle.query<ConversationRead, [number]>('read', 1);
      return events.some(({ type }) => type === 'task.cancelling');
    });
    over.resolve();
    await handle.result();
    ended.resolve();
    expect(receiptSchema.parse((await stopping).body)).toMatchObject({
      ...{ changed: true, quiet: true, tasks: [{ id: task.id, status: 'cancelled' }] },
    });
    for (const spy of spies) spy.mockRestore();
  });

  it('that were kept when their session closed can be stopped', async () => {
    const session = await api.open({ researcher: [{ begin: 'So far', after: never }] });
    const { body: task } = await api.send('POST', `${session}/tasks`, { agent: 'researcher', task: 'Look.' });
    await waitFor(() => api.model.calls.length === 1);
    await api.send('POST', `${session}/close`, { tasks: 'keep' });
    await waitFor(async () => (await api.send('GET', session)).body.status === 'closed');
    expect((await api.send('GET', `${session}/tasks/${task.id}`)).body.status).toBe('running');
    const receipt = await api.send('POST', `${session}/tasks/${task.id}/stop`);
    expect(receiptSchema.parse(receipt.body)).toMatchObject({
      changed: true,
      quiet: true,
      tasks: [{ id: task.id, status: 'cancelled', partial: true }],
    });
  });
});
