import { describe, expect, it } from '@jest/globals';
import { renderTasksAnswer } from '../../../core/notice-text.ts';
import type { NewRow } from '../../../protocol/transcript.ts';
import { makeRoster, makeState, World } from '../hand-driven.ts';

/** Lets the model call one tool in a turn; the answer is the row that the call leaves. */
async function call(world: World, name: string, args: Record<string, unknown> = {}): Promise<void> {
  world.say('Hello');
  await world.begin();
  await world.answer({ calls: [{ name, id: 'call_1', arguments: args }] });
}

function rowOf(world: World): NewRow | undefined {
  return [...world.state.unstored, ...world.asked.flatMap(({ append }) => append)].find(
    (row) => row.kind === 'tool' || row.kind === 'tool_tasks',
  );
}

function textOf(world: World): string {
  const row = rowOf(world);
  return row?.kind === 'tool' ? `${row.outcome}: ${row.text}` : '';
}

describe('run_background_agent', () => {
  it('answers at once with the id, the title and the status of the task', async () => {
    const world = new World();
    await call(world, 'run_background_agent', {
      agent: 'worker',
      task: 'Find the hours',
      expected_output: 'One line',
    });
    const [task] = world.state.tasks;
    expect(textOf(world)).toBe(
      `ok: task_id: ${task?.id}\nagent: worker\ntask: Find the hours\nstatus: queued\n` +
        'Started in the background. You are told when it ends; do not wait for it, go on with the conversation.',
    );
    expect(world.state.unopened[task?.id ?? '']).toMatchObject({ expectedOutput: 'One line' });
    expect(world.state.events.find(({ type }) => type === 'task.queued')).toMatchObject({
      cause: 'model',
      mode: 'background',
    });
  });

  it('says that its key has started a task already', async () => {
    const world = new World();
    world.task('agent_task_x', { key: 'k' });
    await call(world, 'run_background_agent', { agent: 'worker', task: 'Again', key: 'k' });
    expect(textOf(world)).toMatch(/task_id: agent_task_x[\s\S]*This key has started a task already/);
  });

  it.each([
    ['failure', 'You are told only if it fails; '],
    ['group', 'You are told when the last of its group has ended; '],
    ['never', 'You are not told when it ends; '],
  ])('says how its end will be heard of with notify %s', async (notify, words) => {
    const world = new World();
    await call(world, 'run_background_agent', { agent: 'worker', task: 'x', notify, group: 'g' });
    expect(textOf(world)).toContain(words);
  });

  it('says of one that has ended where to read it', async () => {
    const world = new World();
    world.task('t1', { key: 'k' });
    world.finish('t1');
    await call(world, 'run_background_agent', { agent: 'worker', task: 'Again', key: 'k' });
    expect(textOf(world)).toMatch(
      /completed\n.* It has ended\. To read .*view_background_agent with task_id "t1"/,
    );
  });

  it('says why a task is refused', async () => {
    const world = new World();
    await call(world, 'run_background_agent', { agent: 'nobody', task: 'x' });
    expect(textOf(world)).toMatch(/^error: not started: agent "nobody" is not one/);
  });
});

describe('list_background_agents', () => {
  it('says that there are none', async () => {
    const world = new World();
    await call(world, 'list_background_agents');
    expect(textOf(world)).toBe('ok: No background agents have been started.');
  });

  it('lists every task with its status and how long it has been at work; the store adds the progress', async () => {
    const world = new World(makeState(makeRoster({ maxRunningTasks: 2 })));
    world.task('t1', { title: 'First' });
    world.task('t2', { title: 'Second' });
    world.task('t3', { title: 'Third', launched: false });
    world.finish('t2', { status: 'cancelled', endedAt: 2000 + 3_723_000 });
    world.clock += 65_000;
    await call(world, 'list_background_agents');
    const row = rowOf(world);
    if (row?.kind !== 'tool_tasks') throw new Error('the list is not written out by the store');
    const ends = row.answer.tasks.map((outcome) => {
      const progress = { message: `half of ${outcome.title}`, percent: outcome.task === 't1' ? 50 : null };
      return { outcome, progress, result: null, error: null, files: [] };
    });
    expect(renderTasksAnswer(row.answer, ends)).toEqual({
      outcome: 'ok',
      text: [
        'task_id | agent | title | status | runtime | progress',
        '- t1 | worker | First | running | 1 min 5 s | half of First (50 %)',
        '- t2 | worker | Second | stopped | 1 h 2 min',
        '- t3 | worker | Third | queued | not started | half of Third',
      ].join('\n'),
    });
  });
});

describe('view_background_agent', () => {
  it('is an activity, as the words of a task are in the store', async () => {
    const world = new World();
    world.task('t1', { title: 'First' });
    world.clock += 1000;
    await call(world, 'view_background_agent', { task_id: 't1' });
    expect(world.toolRequests).toMatchObject([
      { tool: 'view_background_agent', call: 'call_1', place: [1, 1, 2], reply: [1, 1, 1] },
    ]);
    expect(world.toolRequests[0]?.view).toEqual({
      task: 't1',
      agent: 'worker',
      title: 'First',
      status: 'running',
      runtimeMs: 1000,
    });
  });

  it('that showed the whole result needs no notice any more', async () => {
    const world = new World();
    world.task('t1');
    await call(world, 'view_background_agent', { task_id: 't1' });
    world.finish('t1');
    await world.finishTool('call_1', { resultRead: true });
    expect(world.state.events.find(({ type }) => type === 'completion.delivered')).toMatchObject({
      by: 'tool',
    });
    expect(world.state.inbox).toEqual([]);
  });
});

describe('message_background_agent', () => {
  it('passes words on, and says when they are read', async () => {
    const world = new World();
    world.task('t1');
    await call(world, 'message_background_agent', { task_id: 't1', message: 'Use metres' });
    expect(textOf(world)).toBe('ok: Accepted: t1 reads it at its next step.');
    expect(world.orders).toMatchObject([
      { task: 't1', kind: 'message', message: { content: [{ text: 'Use metres' }] } },
    ]);
  });

  it.each([
    ['when it begins', {}],
    ['when it goes on', { status: 'paused' as const, startedAt: 1 }],
    ['when it goes on', { status: 'queued' as const, startedAt: 1 }],
    ['now: its running step is interrupted', { status: 'running' as const, startedAt: 1 }],
  ])('says that it is read %s', async (when, stands) => {
    const world = new World();
    Object.assign(world.task('t1', { launched: false }), stands);
    const words = { task_id: 't1', message: 'x', mode: 'interrupt' };
    await call(world, 'message_background_agent', words);
    expect(textOf(world)).toBe(`ok: Accepted: t1 reads it ${when}.`);
  });

  it('says that a task has ended', async () => {
    const world = new World();
    world.task('t1');
    world.finish('t1', { status: 'cancelled' });
    await call(world, 'message_background_agent', { task_id: 't1', message: 'x' });
    expect(textOf(world)).toBe('error: t1 is not running: its status is stopped. Start a new task instead.');
  });
});

describe('think', () => {
  it('has no effect', async () => {
    const world = new World();
    await call(world, 'think', { thought: 'hm' });
    expect(textOf(world)).toBe('ok: Noted. Go on.');
  });
});

describe('every tool that names a task', () => {
  it.each([
    ['view_background_agent', { task_id: 'strange' }],
    ['stop_background_agent', { task_id: 'strange' }],
    ['message_background_agent', { task_id: 'strange', message: 'x' }],
    ['wait_background_agents', { task_ids: ['strange'] }],
  ])('%s has the same words for one that is not there as for one of somebody else', async (name, args) => {
    const world = new World();
    await call(world, name, args);
    expect(textOf(world)).toBe('error: task not found: strange');
  });
});

describe('arguments that do not fit', () => {
  it('are told to the model, and the tool is not run', async () => {
    const world = new World();
    world.say('Hello');
    await world.begin();
    await world.answer({ calls: [{ name: 'run_background_agent', problem: 'agent is missing' }] });
    expect(textOf(world)).toBe('error: agent is missing');
    expect(world.state.tasks).toEqual([]);
  });
});
