import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { StoreAway } from '../../storage/store-away.ts';
import { defer } from '../support/deferred.ts';
import { startTestOffstage } from '../support/test-offstage.ts';
import type { TestOffstage } from '../support/test-offstage.ts';
import type { TestSession } from '../support/test-session.ts';
import { makeTeam } from '../support/test-team.ts';
import { waitFor } from '../support/wait-for.ts';

let offstage: TestOffstage;
beforeAll(async () => {
  offstage = await startTestOffstage();
});
afterAll(() => offstage.close());

const never = new Promise<void>(() => undefined);
const team = makeTeam({ root: { subAgents: ['worker'] }, worker: {} }, { maxRunningTasks: 1 });

const storedTask = (session: TestSession, task: string) =>
  offstage.store.tasks.get({ workspace: 'default', session: session.id, task });

/** A session whose one place is taken, with a second task in the queue. */
async function openWithQueue(turns: number): Promise<TestSession> {
  const session = await offstage.open(
    team,
    { root: [{ say: 'It was stopped.' }, { say: 'Yes.' }], worker: [{ after: never }] },
    { rollover: { turns, events: 1000 } },
  );
  for (const id of ['running', 'queued']) {
    await session.update('startTask', { id, agent: 'worker', task: 'Do it', notify: 'failure' });
  }
  await waitFor(() => session.model.calls.length === 1);
  return session;
}

describe('a queued task that is stopped', () => {
  it('has its end in the store, as if it had run', async () => {
    const session = await openWithQueue(64);
    const receipt = await session.update('stopTask', { task: 'queued', mode: 'now' });
    expect(receipt).toMatchObject({ quiet: true, tasks: [{ status: 'cancelled' }] });
    await waitFor(async () => (await storedTask(session, 'queued'))?.status === 'cancelled');
    await session.untilIdle(1);
    session.model.forget();
  });

  it('has its end in the store when its session is closed, also if the store was away meanwhile', async () => {
    const session = await openWithQueue(64);
    const { tasks } = offstage.store;
    const finish = tasks.finish.bind(tasks);
    let refusals = 3;
    const spy = jest.spyOn(tasks, 'finish').mockImplementation((request) => {
      if (request.task !== 'queued' || refusals === 0) return finish(request);
      refusals -= 1;
      return Promise.reject(new StoreAway('nobody listens'));
    });
    await session.update('close', { reason: 'enough' });
    await offstage.server.client.workflow.getHandle(session.workflowId).result();
    spy.mockRestore();
    expect(refusals).toBe(0);
    expect(await storedTask(session, 'queued')).toMatchObject({ status: 'cancelled' });
    session.model.forget();
  });

  it('does not hold up a rollover', async () => {
    const session = await openWithQueue(1);
    await session.update('stopTask', { task: 'queued', mode: 'now' });
    await session.untilIdle(1);
    await waitFor(async () => (await session.read()).firstOffset > 1);
    await session.say('Still there?');
    await session.untilIdle(2);
    expect((await session.read()).view.tasks.map(({ status }) => status)).toEqual(['running', 'cancelled']);
  });
});

describe('the limit of a whole tree', () => {
  it('keeps tasks in the queue of whoever started them, and nobody waits for ever', async () => {
    const nesting = makeTeam(
      { root: { subAgents: ['chief'] }, chief: { subAgents: ['worker'] }, worker: {} },
      { maxTreeTasks: 3 },
    );
    const run = ['one', 'two'].map((id) => ({
      name: 'run_background_agent',
      arguments: { agent: 'worker', task: `Do ${id}` },
    }));
    const gate = defer();
    const session = await offstage.open(nesting, {
      root: [{ say: 'All done.' }],
      chief: Array.from(
        { length: 8 },
        () => (call: { request: { messages: unknown[] } }) =>
          call.request.messages.length === 1 ? { call: run } : { say: 'So far.' },
      ),
      worker: Array.from({ length: 4 }, () => ({ say: 'Done.', after: gate.promise })),
    });
    for (const id of ['left', 'right']) {
      await session.update('startTask', {
        id,
        agent: 'chief',
        task: 'See to it',
        notify: 'group',
        group: 'all',
      });
    }
    const statuses = await waitFor(async () => {
      const tasks = await offstage.store.tasks.listBySession('default', session.id);
      const asked = session.model.calls.filter(({ agent }) => agent === 'worker').length;
      return tasks.length === 6 && asked > 0 ? tasks.map(({ status }) => status).toSorted() : undefined;
    });
    expect(statuses).toEqual(['queued', 'queued', 'queued', 'running', 'running', 'running']);
    gate.resolve();
    await session.untilIdle(1);
    expect((await session.read()).view.tasks.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(session.model.calls.filter(({ agent }) => agent === 'worker')).toHaveLength(4);
    session.model.forget();
  });
});

describe('a model call', () => {
  it('is tried again for as long as it bounds itself: by time, not by a number of attempts', async () => {
    const session = await offstage.open(makeTeam({ assistant: {} }), { assistant: [{ say: 'Hi.' }] });
    await session.say('Hello');
    await session.untilIdle(1);
    const { events } = await offstage.server.client.workflow.getHandle(session.workflowId).fetchHistory();
    const scheduled = events?.flatMap(
      ({ activityTaskScheduledEventAttributes: attributes }) => attributes ?? [],
    );
    expect(scheduled).toHaveLength(1);
    expect(scheduled?.[0]?.retryPolicy?.maximumAttempts ?? 0).toBe(0);
    expect(Number(scheduled?.[0]?.startToCloseTimeout?.seconds)).toBe(1800);
  });
});
