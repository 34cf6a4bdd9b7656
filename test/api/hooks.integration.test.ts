import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { closeForgottenSessions } from '../../api/feed/close-forgotten-sessions.ts';
import { EventSource } from '../../api/feed/event-source.ts';
import { toWorkflowId } from '../../protocol/ids.ts';
import { sessionSchema } from '../../protocol/schemas/resources.ts';
import type { SessionResource } from '../../protocol/schemas/resources.ts';
import { defer } from '../support/deferred.ts';
import { startFunctionReceiver } from '../support/function-receiver.ts';
import type { FunctionReceiver } from '../support/function-receiver.ts';
import { waitFor } from '../support/wait-for.ts';
import { startRealApi } from './real-api.ts';
import type { RealApi } from './real-api.ts';

let api: RealApi;
let receiver: FunctionReceiver;
beforeAll(async () => {
  api = await startRealApi();
  receiver = await startFunctionReceiver([
    ({ body }, response) => {
      const isKnown = (body['user'] as { id: string }).id === 'ada';
      const refusal = { terminateAgent: true, reason: 'nobody we know' };
      response.end(JSON.stringify(isKnown ? { dynamicVariables: { name: 'Ada' } } : refusal));
    },
  ]);
});
afterAll(async () => {
  await receiver.close();
  await api.close();
});

const PLAN = { type: 'object', properties: { plan: { type: 'string' } }, required: ['plan'] };
const MOOD = { type: 'object', properties: { mood: { type: 'string' } }, required: ['mood'] };

const withHooks =
  (user: string, more: object = {}) =>
  (nameFor: (agent: string) => string) => ({
    user,
    team: {
      agents: {
        root: { model: `openai/${nameFor('root')}`, instruction: 'You serve {{name}}, plan {{plan}}.' },
        finder: {
          model: `openai/${nameFor('finder')}`,
          instruction: 'Find.',
          structured_output: { name: 'plan', schema: PLAN },
        },
        reporter: { model: `openai/${nameFor('reporter')}`, instruction: 'Report.' },
      },
      functions: { look_up: { url: receiver.url, description: 'looks up' } },
      session: {
        pre: [
          { function: 'look_up' },
          {
            background_agent: 'finder',
            input: { who: '{{name}}' },
            output: 'variables',
            on_error: 'continue',
          },
        ],
        analysis: { model: `openai/${nameFor('judge')}`, parameters: MOOD },
        post: [{ background_agent: 'reporter', input: { mood: '{{analysis.mood}}' } }],
        ...more,
      },
    },
  });

const read = async (session: string): Promise<SessionResource> =>
  sessionSchema.parse((await api.send('GET', session)).body);
const untilStatus = (session: string, status: string) =>
  waitFor(async () => (await read(session)).status === status, { what: `${session} to be ${status}` });
const hooksOf = async (session: string) =>
  (await read(session)).hooks.map(({ phase, name, status }) => [phase, name, status]);

describe('a session with hooks over HTTP', () => {
  it('is opening until they are done, answers what was said, and shows what was made of it afterwards', async () => {
    const found = defer();
    const session = await api.open(
      {
        finder: [{ say: '{"plan": "gold"}', after: found.promise }],
        root: [{ say: 'Hello Ada.' }],
        judge: [{ say: '{"mood": "good"}' }],
        reporter: [{ say: 'Reported.' }],
      },
      withHooks('ada'),
    );
    await waitFor(() => api.model.calls.length === 1);
    const opening = await read(session);
    expect(opening).toMatchObject({ status: 'opening', variables: { name: 'Ada' }, analysis: null });
    expect(opening.tasks).toMatchObject([{ agent: 'finder', starter: { hook: 'pre' }, status: 'running' }]);
    const { body: listed } = await api.send('GET', '/v1/sessions?status=opening');
    expect(listed.data).toHaveLength(1);
    const answer = api.send('POST', `${session}/messages`, { text: 'Hi' }, { prefer: 'wait=60' });
    await waitFor(async () => (await api.readEvents(session)).some(({ type }) => type === 'message.queued'));
    found.resolve();
    expect((await answer).body).toMatchObject({ outcome: 'answered', turn: 1 });
    expect(api.model.calls[1]?.request.system).toContain('You serve Ada, plan gold.');

    expect((await api.send('POST', `${session}/close`, { reason: 'done' })).status).toBe(200);
    await untilStatus(session, 'closed');
    await waitFor(async () => (await hooksOf(session)).at(-1)?.join() === 'post,reporter,completed');
    const closed = await read(session);
    expect(closed).toMatchObject({
      ...{ closeReason: 'done', analysis: { mood: 'good' } },
      treeUsage: { modelCalls: 4 },
    });
    expect(await hooksOf(session)).toEqual([
      ['pre', 'look_up', 'completed'],
      ['pre', 'finder', 'completed'],
      ['post', 'analysis', 'completed'],
      ['post', 'reporter', 'completed'],
    ]);
    const types = (await api.readEvents(session)).map(({ type }) => type);
    expect(types.filter((type) => /^(hook|session)\./.test(type))).toEqual([
      ...['session.opened', 'hook.started', 'hook.finished', 'hook.started', 'hook.finished'],
      ...['session.ready', 'session.closing', 'session.closed'],
    ]);
    const [finder] = closed.tasks;
    const messages = await api.send('GET', `${session}/tasks/${finder?.id}/messages`);
    expect(JSON.stringify(messages.body.data)).toContain(String.raw`{\"who\":\"Ada\"}`);

    expect((await api.send('DELETE', session)).status).toBe(204);
    expect((await api.send('GET', session)).status).toBe(404);
  });

  it('is aborted without any request to a model where a hook says so', async () => {
    const session = await api.open({}, (nameFor) => ({
      ...withHooks('eve', { post: [], analysis: undefined })(nameFor),
      message: 'Let me in',
    }));
    await untilStatus(session, 'aborted');
    expect(await read(session)).toMatchObject({ closeReason: 'nobody we know', usage: { modelCalls: 0 } });
    expect(api.model.calls).toEqual([]);
    const { body } = await api.send('GET', `${session}/messages`);
    expect(body.data).toMatchObject([{ role: 'user', content: [{ text: 'Let me in' }] }]);
    expect((await api.send('POST', `${session}/messages`, { text: 'Hi' })).status).toBe(409);
  });

  it('whose workflow was terminated by hand is followed by what runs after it, though nobody looks', async () => {
    const session = await api.open(
      {
        root: [{ say: 'Hello.' }],
        judge: [{ say: '{"mood": "good"}' }],
        reporter: [{ say: 'Reported.' }],
      },
      withHooks('ada', { pre: [] }),
    );
    await api.send('POST', `${session}/messages`, { text: 'Hi' }, { prefer: 'wait=60' });
    const { id } = await read(session);
    const workflowId = toWorkflowId({ workspace: 'default', session: id, task: null });
    await api.server.client.workflow.getHandle(workflowId).terminate('by hand');
    const looking = new AbortController();
    const process = { clock: Date.now, logger: pino({ enabled: false }), shutDown: looking.signal };
    closeForgottenSessions({ ...api, ...process, source: new EventSource(api) }, 100);
    await waitFor(async () => (await api.store.sessions.get('default', id))?.status === 'aborted');
    looking.abort();
    await waitFor(async () => (await hooksOf(session)).at(-1)?.join() === 'post,reporter,completed');
    expect(await read(session)).toMatchObject({ analysis: { mood: 'good' } });
  });

  it('says that a hook failed whose workflow was terminated by hand, and stops its task', async () => {
    const session = await api.open(
      { reporter: [{ begin: 'Hm', after: defer().promise }] },
      withHooks('ada', { pre: [], analysis: undefined }),
    );
    await api.send('POST', `${session}/close`, {});
    await waitFor(() => api.model.calls.length === 1);
    const { id, hooks } = await read(session);
    expect(hooks).toMatchObject([{ status: 'running', endedAt: null }]);
    const workflowId = toWorkflowId({ workspace: 'default', session: id, task: 'post' });
    await api.server.client.workflow.getHandle(workflowId).terminate('by hand');
    expect((await read(session)).hooks).toMatchObject([
      { status: 'failed', error: { type: 'hook.terminated' }, endedAt: expect.any(String) },
    ]);
    await waitFor(async () => (await read(session)).tasks[0]?.status === 'cancelled');
  });

  it('lets the person stop the task of a hook', async () => {
    const session = await api.open(
      { finder: [{ begin: 'Hm', after: defer().promise }], root: [{ say: 'Hello.' }] },
      withHooks('ada', { post: [], analysis: undefined }),
    );
    await waitFor(() => api.model.calls.length === 1);
    const [task] = (await read(session)).tasks;
    const receipt = await api.send('POST', `${session}/tasks/${task?.id}/stop`, {});
    expect(receipt.body).toMatchObject({ changed: true, quiet: true });
    await untilStatus(session, 'idle');
    expect((await read(session)).hooks[1]).toMatchObject({
      status: 'failed',
      error: { type: 'hook.stopped' },
    });
  });
});
