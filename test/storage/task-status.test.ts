import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openStore } from '../../storage/store.ts';
import type { Store } from '../../storage/store.ts';
import { inSession, makeFinish, makeReply, makeSession, makeTask, WORKSPACE } from './store-fixture.ts';
import { makeStorePlace } from './store-place.ts';

const TASK = 'agent_task_1';
const session = 'ses_1';
const id = { workspace: WORKSPACE, session, task: TASK };
let store: Store;
beforeAll(async () => {
  store = await openStore(await makeStorePlace());
  await store.sessions.create(makeSession(session));
});
afterAll(() => store.close());

describe('where a task stands', () => {
  it('is what it was told last, with what it asks, until it ends', async () => {
    const told = async () => {
      const task = await store.tasks.get(id);
      return [task?.status, task?.question];
    };
    await store.tasks.open(makeTask(session, TASK));
    await store.tasks.setStatus(id, { status: 'paused', asks: null });
    await store.tasks.markStarted(id, 5);
    expect(await store.tasks.get(id)).toMatchObject({ status: 'paused', startedAt: 5 });
    await store.transcript.openStep(inSession(session, TASK), {
      turn: 1,
      step: 2,
      run: 'run-1',
      head: [1, 2, 0],
    });
    const questions = ['Which year?', 'Which town?'].map((question, index) => ({
      id: `call_${index}`,
      name: 'ask_starter',
      arguments: { question },
    }));
    const toolCalls = [...questions, { id: 'call_2', name: 'think', arguments: { question: 'Why?' } }];
    await store.transcript.commitReply(inSession(session, TASK), makeReply([1, 2, 0], '', { toolCalls }));
    await store.tasks.setStatus(id, { status: 'waiting_input', asks: { turn: 1, step: 2 } });
    expect(await told()).toEqual(['waiting_input', 'Which year?\nWhich town?']);
    const { data } = await store.tasks.list(WORKSPACE, { status: 'waiting_input', limit: 10 });
    expect(data.map((task) => task.session)).toContain(session);
    await store.tasks.setStatus(id, { status: 'running', asks: null });
    expect(await told()).toEqual(['running', null]);
    await store.tasks.finish(makeFinish(session, TASK));
    await store.tasks.setStatus(id, { status: 'cancelling', asks: null });
    expect(await told()).toEqual(['completed', null]);
  });
});
