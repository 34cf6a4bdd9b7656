import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConversationEvent } from '../../protocol/events.ts';
import type { ConversationRead } from '../../protocol/session-messages.ts';
import { defer } from '../support/deferred.ts';
import { runAgent } from '../support/scripted-tools.ts';
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
const team = makeTeam({
  root: { subAgents: ['worker', 'chief'] },
  worker: {},
  chief: { subAgents: ['worker'] },
});

const steer = (session: TestSession, task: string, text: string, mode?: 'interrupt') =>
  session.update('steerTask', { task, id: `msg_${text}`, hash: text, text, ...(mode ? { mode } : {}) });

const calls = (session: TestSession, agent: string): number =>
  session.model.calls.filter((call) => call.agent === agent).length;

async function statuses(session: TestSession): Promise<string[]> {
  return (await session.read()).view.tasks.map(({ status }) => status);
}

async function eventsOf(session: TestSession, prefix: string): Promise<ConversationEvent[]> {
  return (await session.events()).filter(({ type }) => type.startsWith(prefix));
}

function storedTask(session: TestSession, task: string) {
  return offstage.store.tasks.get({ workspace: 'default', session: session.id, task });
}

async function transcriptOf(session: TestSession, task: string): Promise<string[]> {
  const rows = await offstage.store.transcript.read({ workspace: 'default', session: session.id, task });
  return rows.map(
    ({ role, content }) => `${role}: ${content.map((part) => ('text' in part ? part.text : '')).join('')}`,
  );
}

describe('steering a background agent', () => {
  it('by an interrupt cuts off what it is saying, and it goes on with the message', async () => {
    const session = await offstage.open(team, {
      root: [{ say: 'Told.' }],
      worker: [{ begin: 'The wrong way', after: never }, { say: 'The right way.' }],
    });
    await session.update('startTask', { id: 'one', agent: 'worker', task: 'Go' });
    await waitFor(() => calls(session, 'worker') === 1);
    await steer(session, 'one', 'Turn round', 'interrupt');
    await session.untilIdle(1);
    expect(await transcriptOf(session, 'one')).toEqual([
      'user: Go',
      'assistant: The wrong way',
      'user: Turn round',
      'assistant: The right way.',
    ]);
    expect(await storedTask(session, 'one')).toMatchObject({ status: 'completed', result: 'The right way.' });
    expect(await eventsOf(session, 'task.steer')).toMatchObject([
      { type: 'task.steering', message: 'msg_Turn round', mode: 'interrupt' },
      { type: 'task.steered', message: 'msg_Turn round', turn: 2, appliedAtStep: 1 },
    ]);
  });

  it('while it is queued is read at its start, in order, and told in the feed', async () => {
    const one = defer();
    const capped = makeTeam({ root: { subAgents: ['worker'] }, worker: {} }, { maxRunningTasks: 1 });
    const session = await offstage.open(
      capped,
      {
        root: [{ say: 'Heard.' }, { say: 'One.' }, { say: 'Two.' }],
        worker: [{ say: 'First.', after: one.promise }, { say: 'Second.' }],
      },
      { rollover: { turns: 1, events: 1000 } },
    );
    for (const id of ['one', 'two'])
      await session.update('startTask', { id, agent: 'worker', task: `Task ${id}` });
    for (const text of ['a', 'b']) await steer(session, 'two', text);
    await session.say('Roll over');
    await session.untilIdle(1);
    one.resolve();
    await waitFor(async () => (await storedTask(session, 'two'))?.status === 'completed');
    expect(await transcriptOf(session, 'two')).toEqual([
      'user: Task two',
      'user: a',
      'user: b',
      'assistant: Second.',
    ]);
    const steered = await waitFor(async () => {
      const receipts = await eventsOf(session, 'task.steered');
      return receipts.length === 2 ? receipts : undefined;
    });
    expect(steered).toMatchObject([
      { message: 'msg_a', turn: 1, appliedAtStep: 1 },
      { message: 'msg_b', turn: 1, appliedAtStep: 1 },
    ]);
    await session.untilIdle(2);
    session.model.forget();
  });
});

describe('a background agent that is paused', () => {
  it('stands still, leaves its place, queues for one when it goes on, across rollovers of its starter', async () => {
    const [first, second, third] = [defer(), defer(), defer()];
    const think = { call: [{ name: 'think', arguments: { thought: 'on' } }] };
    const capped = makeTeam(
      { root: { subAgents: ['worker'] }, worker: { toolsets: [{ type: 'think' }] } },
      { maxRunningTasks: 1 },
    );
    const session = await offstage.open(
      capped,
      {
        root: [{ say: 'Yes.' }, { say: 'Yes.' }, { say: 'Two.' }, { say: 'One.' }],
        worker: [
          { ...think, after: first.promise },
          { say: 'Second.', after: second.promise },
          { say: 'First.', after: third.promise },
        ],
      },
      { rollover: { turns: 1, events: 1000 } },
    );
    for (const id of ['one', 'two'])
      await session.update('startTask', { id, agent: 'worker', task: `Task ${id}` });
    await waitFor(() => calls(session, 'worker') === 1);
    expect(await session.update('pauseTask', { task: 'one' })).toEqual({ status: 'paused', changed: true });
    expect(await session.update('pauseTask', { task: 'one' })).toEqual({ status: 'paused', changed: false });
    await waitFor(() => calls(session, 'worker') === 2);
    first.resolve();
    await session.say('Roll over');
    await session.untilIdle(1);
    expect(await statuses(session)).toEqual(['paused', 'running']);
    expect(await session.update('resumeTask', { task: 'one' })).toEqual({ status: 'queued', changed: true });
    await session.say('And again');
    await session.untilIdle(2);
    expect(calls(session, 'worker')).toBe(2);
    second.resolve();
    await session.untilIdle(3);
    third.resolve();
    await session.untilIdle(4);
    expect(await statuses(session)).toEqual(['completed', 'completed']);
    expect((await eventsOf(session, 'task.')).map(({ type }) => type)).toEqual([
      'task.queued',
      'task.queued',
      'task.started',
      'task.paused',
      'task.started',
      'task.resumed',
      'task.finished',
      'task.resumed',
      'task.finished',
    ]);
  });

  it('in the middle of its answer ends when it goes on, with what it was told meanwhile', async () => {
    const answer = defer();
    const session = await offstage.open(team, {
      root: [{ say: 'Told.' }],
      worker: [{ say: 'At length.', after: answer.promise }, { say: 'In short.' }],
    });
    await session.update('startTask', { id: 'one', agent: 'worker', task: 'Go' });
    await waitFor(() => calls(session, 'worker') === 1);
    await session.update('pauseTask', { task: 'one' });
    await steer(session, 'one', 'Be brief');
    // It hears one order after the other: with the words it has the pause, too.
    const task = offstage.server.client.workflow.getHandle(`${session.workflowId}/task/one`);
    await waitFor(async () => (await task.query<ConversationRead, [number]>('read', 1)).waiting.length === 1);
    answer.resolve();
    await waitFor(async () => (await transcriptOf(session, 'one')).includes('assistant: At length.'));
    expect(await statuses(session)).toEqual(['paused']);
    await session.update('resumeTask', { task: 'one' });
    await session.untilIdle(1);
    expect(await storedTask(session, 'one')).toMatchObject({ status: 'completed', result: 'In short.' });
  });
});

describe('a background agent that is to wrap up', () => {
  it('answers with what it has, after those that it started have', async () => {
    const session = await offstage.open(team, {
      root: [{ say: 'Told.' }],
      chief: [runAgent('worker'), { begin: 'Let me see', after: never }, { say: 'What we have.' }],
      worker: [{ begin: 'Half of it', after: never }, { say: 'Half of it is all.' }],
    });
    await session.update('startTask', { id: 'one', agent: 'chief', task: 'Go' });
    await waitFor(() => calls(session, 'worker') === 1 && calls(session, 'chief') === 2);
    const receipt = await session.update('stopTask', { task: 'one', mode: 'wrap_up' });
    expect(receipt).toMatchObject({ mode: 'wrap_up', changed: true, quiet: true });
    expect(receipt.tasks.map(({ agent, status, partial }) => [agent, status, partial])).toEqual([
      ['chief', 'completed', true],
      ['worker', 'completed', true],
    ]);
    expect(await storedTask(session, 'one')).toMatchObject({ result: 'What we have.', partial: true });
    const last = session.model.calls.findLast(({ agent }) => agent === 'chief');
    expect(JSON.stringify(last?.request)).toContain('Half of it is all.');
    await session.untilIdle(1);
    const again = await session.update('stopTask', { task: 'one', mode: 'wrap_up' });
    expect(again).toMatchObject({ changed: false, quiet: true, tasks: [{}, {}] });
  });

  it('is stopped when its time is over, and keeps what it had said', async () => {
    const hasty = makeTeam({ root: { subAgents: ['worker'] }, worker: {} }, { wrapUpTimeoutMs: 200 });
    const session = await offstage.open(hasty, {
      root: [{ say: 'Told.' }],
      worker: [{ begin: 'Half', after: never }, { after: never }],
    });
    await session.update('startTask', { id: 'one', agent: 'worker', task: 'Go' });
    await waitFor(() => calls(session, 'worker') === 1);
    const receipt = await session.update('stopTask', { task: 'one', mode: 'wrap_up' });
    expect(receipt).toMatchObject({ quiet: true, tasks: [{ status: 'cancelled', partial: true }] });
    await session.untilIdle(1);
    // Its time may be over before its last step has begun.
    session.model.forget();
  });
});

describe('a session that closes', () => {
  const keeping = { ...makeTeam({ root: { subAgents: ['worker'] }, worker: {} }, { maxRunningTasks: 1 }) };

  it('lets its tasks wrap up when its team says so', async () => {
    const session = await offstage.open(
      { ...keeping, onClose: 'wrap_up' },
      { worker: [{ after: never }, { say: 'So far.' }] },
    );
    await session.update('startTask', { id: 'one', agent: 'worker', task: 'Go' });
    await session.update('startTask', { id: 'two', agent: 'worker', task: 'Go' });
    await waitFor(() => calls(session, 'worker') === 1);
    await session.update('close', { reason: 'enough' });
    expect(await offstage.server.client.workflow.getHandle(session.workflowId).result()).toMatchObject({
      tasks: [
        { id: 'one', status: 'completed' },
        { id: 'two', status: 'cancelled' },
      ],
    });
    expect(await storedTask(session, 'one')).toMatchObject({ result: 'So far.', partial: true });
  });

  it('keeps what runs, which finishes into the store; what is queued does not start', async () => {
    const work = defer();
    const session = await offstage.open(keeping, { worker: [{ say: 'Done.', after: work.promise }] });
    await session.update('startTask', { id: 'one', agent: 'worker', task: 'Go' });
    await session.update('startTask', { id: 'two', agent: 'worker', task: 'Go' });
    await waitFor(() => calls(session, 'worker') === 1);
    await session.update('close', { reason: 'enough', tasks: 'keep' });
    expect(await offstage.server.client.workflow.getHandle(session.workflowId).result()).toMatchObject({
      tasks: [
        { id: 'one', status: 'running' },
        { id: 'two', status: 'cancelled' },
      ],
    });
    work.resolve();
    await waitFor(async () => (await storedTask(session, 'one'))?.status === 'completed');
    expect(await storedTask(session, 'two')).toMatchObject({ status: 'cancelled' });
  });
});
