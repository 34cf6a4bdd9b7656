import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toWorkflowId } from '../../protocol/ids.ts';
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

const team = makeTeam({ root: { subAgents: ['researcher'] }, researcher: {} });
const start = (task = 'Find out', extra: Record<string, unknown> = {}) => ({
  name: 'run_background_agent',
  arguments: { agent: 'researcher', task, ...extra },
});

async function taskOf(session: TestSession, index = 0): Promise<string> {
  const task = await waitFor(async () => (await session.read()).view.tasks[index]);
  return task.id;
}

async function eventTypes(session: TestSession): Promise<string[]> {
  return (await session.events())
    .map(({ type }) => type)
    .filter((type) => /^(task|completion|turn)/.test(type));
}

describe('a background agent', () => {
  it('works beside the conversation, and its end starts a turn by itself', async () => {
    const work = defer();
    const session = await offstage.open(team, {
      root: [{ call: [start()] }, { say: 'I have started.' }, { say: 'It is 42.' }],
      researcher: [{ say: 'The answer is 42.', after: work.promise }],
    });
    await session.say('What is it?');
    await session.untilIdle(1);
    await waitFor(() => session.model.calls.some(({ agent }) => agent === 'researcher'));
    const running = (await session.read()).view.tasks[0];
    expect(running).toMatchObject({ agent: 'researcher', status: 'running', depth: 1 });
    work.resolve();
    const { view } = await session.untilIdle(2);
    expect(await session.transcript()).toEqual([
      'user: What is it?',
      'assistant: ',
      expect.stringContaining('tool: task_id: agent_task_'),
      'assistant: I have started.',
      expect.stringMatching(
        /^system: <background_task .*status="completed".*>[\s\S]*The answer is 42\.[\s\S]*<\/background_task>$/,
      ),
      'assistant: It is 42.',
    ]);
    expect(view.tasks[0]).toMatchObject({ status: 'completed', notice: { state: 'spoken', turn: 2 } });
    // Its start is confirmed beside the turn, so before or after the turn's end.
    const types = await eventTypes(session);
    expect(types).toContain('task.started');
    expect(types.filter((type) => type !== 'task.started')).toEqual([
      'turn.started',
      'task.queued',
      'turn.finished',
      'task.finished',
      'turn.started',
      'completion.delivered',
      'completion.spoken',
      'turn.finished',
    ]);
  });

  it('is told at the next step when its end comes during a turn', async () => {
    const answer = defer();
    const session = await offstage.open(team, {
      root: [
        { call: [start()] },
        { call: [{ name: 'list_background_agents' }], after: answer.promise },
        { say: 'All done.' },
      ],
      researcher: [{ say: 'Found.' }],
    });
    await session.say('Go');
    await waitFor(async () => (await session.read()).view.tasks[0]?.status === 'completed');
    answer.resolve();
    await session.untilIdle(1);
    expect((await session.read()).view.turn).toBe(1);
    expect((await session.transcript()).at(-2)).toContain('Found.');
  });

  it('is delivered by a view that showed its whole result: no notice, no turn of its own', async () => {
    const answer = defer();
    const session = await offstage.open(team, {
      root: [
        { call: [start('Look', { key: 'k' })] },
        (call) => ({
          call: [{ name: 'view_background_agent', arguments: { task_id: taskIdIn(call.request) } }],
          after: answer.promise,
        }),
        { say: 'Read it.' },
      ],
      researcher: [{ say: 'Everything.' }],
    });
    await session.say('Go');
    await waitFor(async () => (await session.read()).view.tasks[0]?.status === 'completed');
    answer.resolve();
    const { view } = await session.untilIdle(1);
    expect(view.tasks[0]?.notice).toMatchObject({ state: 'spoken', turn: 1 });
    expect((await session.transcript()).filter((line) => line.includes('<background_task'))).toEqual([]);
    expect((await session.transcript()).at(-2)).toContain('result:\nEverything.');
  });

  it('that fails is told like one that succeeds', async () => {
    const session = await offstage.open(team, {
      root: [{ call: [start()] }, { say: 'Started.' }, { say: 'It failed.' }],
      researcher: [{ fail: 'no such model.' }],
    });
    await session.say('Go');
    const { view } = await session.untilIdle(2);
    expect(view.tasks[0]).toMatchObject({ status: 'failed', error: { type: 'model.bad_request' } });
    expect((await session.transcript()).at(-2)).toMatch(/status="failed"[\s\S]*no such model\./);
  });

  it('that is terminated from outside is told too', async () => {
    const session = await offstage.open(team, {
      root: [{ call: [start()] }, { say: 'Started.' }, { say: 'It was terminated.' }],
      researcher: [{ begin: 'So far', after: new Promise(() => undefined) }],
    });
    await session.say('Go');
    await session.untilIdle(1);
    const task = await taskOf(session);
    await waitFor(() => session.model.calls.some(({ agent }) => agent === 'researcher'));
    await offstage.server.client.workflow
      .getHandle(toWorkflowId({ workspace: 'default', session: session.id, task }))
      .terminate('by hand');
    const { view } = await session.untilIdle(2);
    expect(view.tasks[0]).toMatchObject({ status: 'failed', error: { type: 'task.terminated' } });
  });

  it('is started by a signal of any Temporal client', async () => {
    const session = await offstage.open(team, {
      root: [{ say: 'Somebody had this done.' }],
      researcher: [{ say: 'Done.' }],
    });
    const handle = offstage.server.client.workflow.getHandle(session.workflowId);
    await handle.signal('startTask', { agent: 'nobody', task: 'x' });
    await handle.signal('startTask', { agent: 'researcher', task: 'From outside' });
    await session.untilIdle(1);
    expect((await eventTypes(session)).slice(0, 4)).toEqual([
      'task.refused',
      'task.queued',
      'task.started',
      'task.finished',
    ]);
  });

  it('is started where its signal stands among those that came before its session had a worker', async () => {
    let session: TestSession | undefined;
    await offstage.restartWorkers(async () => {
      session = await offstage.open(team, { root: [{ say: 'Done.' }], researcher: [{ say: 'Done.' }] });
      const handle = offstage.server.client.workflow.getHandle(session.workflowId);
      await handle.signal('hookNews', { type: 'variables.changed', keys: ['first'], by: 'lookup' });
      await handle.signal('startTask', { agent: 'researcher', task: 'Second' });
      await handle.signal('hookNews', { type: 'variables.changed', keys: ['third'], by: 'lookup' });
    });
    await session?.untilIdle(1);
    const types = (await session?.events())?.map(({ type }) => type);
    expect(types?.filter((type) => /^(variables|task\.queued)/.test(type))).toEqual([
      'variables.changed',
      'task.queued',
      'variables.changed',
    ]);
  });

  it('reads what it is told at its next step', async () => {
    const [step, begun] = [defer(), defer()];
    const session = await offstage.open(team, {
      root: [
        { call: [start()] },
        (call) => ({
          call: [
            {
              name: 'message_background_agent',
              arguments: { task_id: taskIdIn(call.request), message: 'Use metres' },
            },
          ],
          after: begun.promise,
        }),
        { say: 'Told it.' },
        { say: 'In metres.' },
      ],
      researcher: [
        () => {
          begun.resolve();
          return { say: 'In feet.', after: step.promise };
        },
        { say: 'In metres.' },
      ],
    });
    await session.say('How far?');
    await session.untilIdle(1);
    const task = await taskOf(session);
    const conversation = { workspace: 'default', session: session.id, task };
    const handle = offstage.server.client.workflow.getHandle(toWorkflowId(conversation));
    await waitFor(
      async () => ((await handle.query('read', 1)) as { waiting: unknown[] }).waiting.length === 1,
    );
    step.resolve();
    await session.untilIdle(2);
    const rows = await offstage.store.transcript.read(conversation);
    expect(rows.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect((await session.transcript()).at(-2)).toContain('In metres.');
  });

  it('may start agents of its own, and answers when they have ended; a fourth level is refused', async () => {
    const deep = makeTeam({
      root: { subAgents: ['one'] },
      one: { subAgents: ['two'] },
      two: { subAgents: ['three'] },
      three: { subAgents: ['four'] },
      four: {},
    });
    const run = (agent: string) => ({
      call: [{ name: 'run_background_agent', arguments: { agent, task: 'Down' } }],
    });
    const session = await offstage.open(deep, {
      root: [run('one'), { say: 'Started.' }, { say: 'Up again.' }],
      one: [run('two'), { say: 'Waiting for two.' }, { say: 'One is done.' }],
      two: [run('three'), { say: 'Waiting for three.' }, { say: 'Two is done.' }],
      three: [run('four'), { say: 'Three is done.' }],
    });
    await session.say('Go');
    await session.untilIdle(2);
    expect((await session.transcript()).at(-2)).toContain('One is done.');
    const refusal = session.model.calls.filter(({ agent }) => agent === 'three')[1]?.request.messages.at(-1);
    expect(refusal).toMatchObject({
      role: 'tool',
      isError: true,
      text: expect.stringContaining('3 levels deep'),
    });
  });
});

describe('a background agent that is slow', () => {
  it('gives the agent that started it a turn to say so, with what it last said of its progress', async () => {
    const [work, reported] = [defer(), defer()];
    const nudging = makeTeam({
      root: {
        subAgents: ['researcher'],
        toolsets: [{ type: 'background_agents', progressNudge: { afterMs: 300, everyMs: 3_600_000 } }],
      },
      researcher: {},
    });
    const session = await offstage.open(nudging, {
      root: [
        { call: [start()] },
        { say: 'I have started.', after: reported.promise },
        { say: 'Half of it is done.' },
        { say: 'It is 42.' },
      ],
      researcher: [
        { call: [{ name: 'report_progress', arguments: { message: 'Half done', percent: 50 } }] },
        () => {
          reported.resolve();
          return { say: 'The answer is 42.', after: work.promise };
        },
      ],
    });
    await session.say('What is it?');
    await session.untilIdle(2);
    const told = (await session.transcript()).slice(-2);
    expect(told[0]).toMatch(/status="running"[^]*It is still at work\.\nProgress: Half done \(50 %\)/);
    expect(told[1]).toBe('assistant: Half of it is done.');
    work.resolve();
    await session.untilIdle(3);
    const turns = (await session.events()).flatMap((event) =>
      event.type === 'turn.started' ? [event.cause] : [],
    );
    expect(turns).toEqual(['message', 'nudge', 'completion']);
  });
});

function taskIdIn(request: { messages: { role: string; text?: string }[] }): string {
  const text = request.messages.map((message) => message.text ?? '').join('\n');
  return /agent_task_[0-9a-f-]+/.exec(text)?.[0] ?? '';
}
