import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toWorkflowId } from '../../protocol/ids.ts';
import { defer } from '../support/deferred.ts';
import { startTestOffstage } from '../support/test-offstage.ts';
import type { TestOffstage } from '../support/test-offstage.ts';
import { lastToolText, runAgent, taskIdsIn } from '../support/scripted-tools.ts';
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

describe('stopping a background agent', () => {
  it('aborts its model call, keeps what it had said, and the receipt tells of it: no notice follows', async () => {
    const session = await offstage.open(team, {
      root: [
        runAgent('worker'),
        { say: 'Started.' },
        (call) => ({
          call: [{ name: 'stop_background_agent', arguments: { task_id: taskIdsIn(call.request)[0] } }],
        }),
        (call) => ({ say: `Stopped: ${lastToolText(call.request)}` }),
      ],
      worker: [{ begin: 'Half of it', after: never }],
    });
    await session.say('Go');
    await session.untilIdle(1);
    await waitFor(() => session.model.calls.some(({ agent }) => agent === 'worker'));
    await session.say('Stop it');
    const { view } = await session.untilIdle(2);
    expect(view.tasks[0]).toMatchObject({ status: 'cancelled', partial: true, notice: { state: 'spoken' } });
    expect((await session.transcript()).at(-1)).toMatch(/\| worker \| stopped \| partial output kept/);
    const stored = await offstage.store.tasks.get({
      workspace: 'default',
      session: session.id,
      task: view.tasks[0]?.id ?? '',
    });
    expect(stored).toMatchObject({ status: 'cancelled', result: 'Half of it', partial: true });
  });

  it('by the person stops the whole tree below it and is told like any other end', async () => {
    const session = await offstage.open(team, {
      root: [runAgent('chief'), { say: 'Started.' }, { say: 'It was stopped.' }],
      chief: [runAgent('worker'), { say: 'Waiting.' }],
      worker: [{ after: never }],
    });
    await session.say('Go');
    await waitFor(() => session.model.calls.some(({ agent }) => agent === 'worker'));
    const [task] = (await session.read()).view.tasks;
    const receipt = await session.update('stopTask', { task: task?.id ?? '', mode: 'now' });
    expect(receipt).toMatchObject({ changed: true, quiet: true });
    expect(receipt.tasks.map(({ agent, status }) => [agent, status])).toEqual([
      ['chief', 'cancelled'],
      ['worker', 'cancelled'],
    ]);
    await session.untilIdle(2);
    expect((await session.transcript()).at(-2)).toContain('status="cancelled"');
    const again = await session.update('stopTask', { task: task?.id ?? '', mode: 'now' });
    expect(again).toMatchObject({ changed: false, quiet: true });
  });

  it('refuses an unknown task in the words of a foreign one', async () => {
    const session = await offstage.open(team, {});
    const refused = session.update('stopTask', { task: 'agent_task_x', mode: 'now' });
    await expect(refused).rejects.toMatchObject({
      cause: { type: 'task.not_found', message: 'task not found: agent_task_x' },
    });
  });
});

describe('waiting for background agents', () => {
  it('gives the results of all, which need no notice then', async () => {
    const session = await offstage.open(team, {
      root: [
        { call: [...runAgent('worker', 'a').call, ...runAgent('worker', 'b').call] },
        (call) => ({
          call: [{ name: 'wait_background_agents', arguments: { task_ids: taskIdsIn(call.request) } }],
        }),
        (call) => ({ say: lastToolText(call.request) }),
      ],
      worker: [{ say: 'Result one.' }, { say: 'Result two.' }],
    });
    await session.say('Go');
    const { view } = await session.untilIdle(1);
    expect((await session.transcript()).at(-1)).toMatch(/Result (one|two)\.[\s\S]*Result (one|two)\./);
    expect(view.tasks.map(({ notice }) => notice.state)).toEqual(['spoken', 'spoken']);
    expect(view.turn).toBe(1);
  });

  it('ends early when the user says something, and says so', async () => {
    const work = defer();
    const session = await offstage.open(team, {
      root: [
        runAgent('worker'),
        (call) => ({
          call: [{ name: 'wait_background_agents', arguments: { task_ids: taskIdsIn(call.request) } }],
        }),
        (call) => ({ say: lastToolText(call.request) }),
        { say: 'And now it is there.' },
      ],
      worker: [{ say: 'Late.', after: work.promise }],
    });
    await session.say('Go');
    await waitFor(async () => (await session.read()).view.currentTool === 'wait_background_agents');
    await session.say('Are you there?');
    await session.untilIdle(1);
    expect((await session.transcript()).at(-1)).toMatch(/user/i);
    work.resolve();
    await session.untilIdle(2);
  });

  it('ends with its timeout', async () => {
    const session = await offstage.open(team, {
      root: [
        runAgent('worker'),
        (call) => ({
          call: [
            {
              name: 'wait_background_agents',
              arguments: { task_ids: taskIdsIn(call.request), timeout: 0.2 },
            },
          ],
        }),
        (call) => ({ say: lastToolText(call.request) }),
      ],
      worker: [{ after: never }],
    });
    await session.say('Go');
    await session.untilIdle(1);
    expect((await session.transcript()).at(-1)).toContain('timed_out');
    await session.update('close', { reason: 'done', tasks: 'stop' });
  });
});

describe('a transfer', () => {
  const transfer = { call: [{ name: 'transfer_task', arguments: { agent: 'worker', task: 'Do it' } }] };

  it('gives the result of the sub-agent as the answer of the call', async () => {
    const session = await offstage.open(team, {
      root: [transfer, (call) => ({ say: lastToolText(call.request) })],
      worker: [{ say: 'Transferred result.' }],
    });
    await session.say('Go');
    const { view } = await session.untilIdle(1);
    expect((await session.transcript()).at(-1)).toContain('Transferred result.');
    expect(view.tasks[0]).toMatchObject({ mode: 'transfer', status: 'completed', notice: { state: 'none' } });
  });

  it('goes on in the background when the user says something', async () => {
    const work = defer();
    const session = await offstage.open(team, {
      root: [transfer, { say: 'It goes on beside us.' }, { say: 'There it is.' }],
      worker: [{ say: 'Later.', after: work.promise }],
    });
    await session.say('Go');
    await waitFor(() => session.model.calls.some(({ agent }) => agent === 'worker'));
    await session.say('Hello?');
    await session.untilIdle(1);
    expect((await session.read()).view.tasks[0]).toMatchObject({ mode: 'background', status: 'running' });
    work.resolve();
    await session.untilIdle(2);
    expect((await session.transcript()).at(-2)).toContain('Later.');
  });

  it('is stopped by an interrupt of the turn', async () => {
    const session = await offstage.open(team, { root: [transfer], worker: [{ after: never }] });
    await session.say('Go');
    await waitFor(() => session.model.calls.some(({ agent }) => agent === 'worker'));
    await session.update('interrupt', {});
    const { view } = await session.untilIdle(1);
    expect(view).toMatchObject({ lastOutcome: 'interrupted', tasks: [{ status: 'cancelled' }] });
  });
});

describe('the caps', () => {
  it('queue what is beyond the running ones and refuse what is beyond the unfinished ones', async () => {
    const work = defer();
    const capped = makeTeam(
      { root: { subAgents: ['worker'] }, worker: {} },
      { maxRunningTasks: 1, maxUnfinishedTasks: 2 },
    );
    const { call } = runAgent('worker');
    const session = await offstage.open(capped, {
      root: [
        { call: [...call, ...call, ...call] },
        (asked) => ({ say: lastToolText(asked.request), after: work.promise }),
        { say: 'One.' },
        { say: 'Two.' },
      ],
      worker: [
        { say: 'First.', after: work.promise },
        { say: 'Second.', after: never },
      ],
    });
    await session.say('Go');
    await waitFor(() => session.model.calls.length === 3);
    expect((await session.read()).view.tasks.map(({ status }) => status)).toEqual(['running', 'queued']);
    const queued = (await session.read()).view.tasks[1]?.id ?? '';
    work.resolve();
    await waitFor(() => session.model.calls.filter(({ agent }) => agent === 'worker').length === 2);
    expect(session.model.calls.map(({ request }) => lastToolText(request)).join()).toContain(
      '2 tasks are unfinished',
    );
    await waitFor(() => session.model.calls.filter(({ agent }) => agent === 'root').length === 3);
    await session.update('stopTask', { task: queued, mode: 'now' });
    await waitFor(async () => (await session.read()).view.tasks.every(({ status }) => status !== 'running'));
    await waitFor(() => session.model.calls.filter(({ agent }) => agent === 'root').length === 4);
  });
});

describe('closing', () => {
  it('stops the turn and the tasks, keeps everything in the store and ends the workflow with a summary', async () => {
    const session = await offstage.open(team, {
      root: [runAgent('worker'), { begin: 'I am', after: never }],
      worker: [{ after: never }],
    });
    await session.say('Go');
    await waitFor(() => session.model.calls.length === 3);
    expect(await session.update('close', { reason: 'enough', tasks: 'stop' })).toEqual({
      status: 'closing',
      changed: true,
    });
    const handle = offstage.server.client.workflow.getHandle(
      toWorkflowId({ workspace: 'default', session: session.id, task: null }),
    );
    expect(await handle.result()).toMatchObject({
      reason: 'enough',
      turns: 1,
      tasks: [{ agent: 'worker', status: 'cancelled' }],
    });
    const events = await offstage.store.events.read(
      { workspace: 'default', session: session.id, task: null },
      1,
      100,
    );
    expect(events.at(-1)).toMatchObject({ type: 'session.closed', reason: 'enough' });
    expect(events.map(({ offset }) => offset)).toEqual(events.map((_, index) => index + 1));
    expect(await offstage.store.sessions.get('default', session.id)).toMatchObject({
      status: 'closed',
      closeReason: 'enough',
    });
    await expect(session.say('Still there?')).rejects.toThrow();
  });
});
