import { describe, expect, it } from '@jest/globals';
import { renderTasksAnswer } from '../../../core/notice-text.ts';
import { toRoster } from '../../../core/roster.ts';
import type { NewRow } from '../../../protocol/transcript.ts';
import { makeTeam } from '../../support/test-team.ts';
import { makeState, World } from '../hand-driven.ts';

const toolsets = [{ type: 'background_agents' as const, dialect: 'tasks' as const }];

function makeWorld(): World {
  const team = makeTeam({
    root: { subAgents: ['worker', 'chief clerk'], toolsets },
    worker: {},
    'chief clerk': {},
  });
  return new World(makeState(toRoster(team)));
}

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

describe('a tool that is named after a sub-agent', () => {
  it('starts it in the background when asked so, and prints what is queued as running', async () => {
    const world = makeWorld();
    await call(world, 'chief_clerk', { task: 'Look', background: true, max_turns: 3 });
    expect(world.state.tasks).toMatchObject([{ agent: 'chief clerk', mode: 'background', maxTurns: 3 }]);
    expect(textOf(world)).toContain('status: running');
  });

  it('waits for the answer otherwise, like a transfer', async () => {
    const world = makeWorld();
    await call(world, 'worker', { task: 'Look', max_turns: 0 });
    const [task] = world.state.tasks;
    expect(task).toMatchObject({ agent: 'worker', mode: 'transfer', maxTurns: null });
    expect(rowOf(world)).toBeUndefined();
    world.finish(task?.id ?? '');
    await world.settle();
    expect(rowOf(world)).toMatchObject({ answer: { form: 'transfer', dialect: 'tasks', endedEarly: null } });
  });

  it('goes on in the background when the user says something, so that nobody is kept waiting', async () => {
    const world = makeWorld();
    await call(world, 'worker', { task: 'Look' });
    world.say('Are you there?');
    await world.settle();
    expect(world.state.tasks).toMatchObject([{ mode: 'background' }]);
    expect(rowOf(world)).toMatchObject({ answer: { endedEarly: 'user_message' } });
  });

  it('is not there in the other dialect', async () => {
    const world = new World();
    await call(world, 'worker', { task: 'Look' });
    expect(world.toolRequests).toMatchObject([{ tool: 'worker' }]);
    expect(world.state.tasks).toEqual([]);
  });
});

describe('get_task_result', () => {
  it('looks at once without wait', async () => {
    const world = makeWorld();
    world.task('t1', { title: 'First' });
    await call(world, 'get_task_result', { task_id: 't1' });
    expect(world.toolRequests).toMatchObject([
      { tool: 'get_task_result', view: { task: 't1', status: 'running', dialect: 'tasks' } },
    ]);
    expect(world.toolRequests[0]?.view?.note).toBeUndefined();
  });

  it('waits for the end', async () => {
    const world = makeWorld();
    world.task('t1');
    await call(world, 'get_task_result', { task_id: 't1', wait: true, timeout: 0 });
    await world.expireWaits();
    expect(world.toolRequests).toEqual([]);
    world.finish('t1');
    await world.settle();
    expect(world.toolRequests).toMatchObject([{ view: { status: 'completed' } }]);
  });

  it('says that its time is over', async () => {
    const world = makeWorld();
    world.task('t1');
    await call(world, 'get_task_result', { task_id: 't1', wait: true, timeout: 250 });
    await world.expireWaits();
    expect(world.toolRequests[0]?.view?.note).toBe('not finished within 250 ms; it goes on');
  });

  it('ends early by a message of the user', async () => {
    const world = makeWorld();
    world.task('t1');
    await call(world, 'get_task_result', { task_id: 't1', wait: true });
    world.say('Hello?');
    await world.settle();
    expect(world.toolRequests[0]?.view?.note).toContain('a message of the user arrived');
  });
});

describe('list_tasks', () => {
  it('has four words for the state of a task', async () => {
    const world = makeWorld();
    world.task('t1', { title: 'First', launched: false });
    world.task('t2', { title: 'Second' });
    world.task('t3', { title: 'Third' });
    world.record({ type: 'task.cancelling', task: 't2', mode: 'now' });
    world.finish('t3', { status: 'cancelled' });
    await call(world, 'list_tasks');
    const row = rowOf(world);
    if (row?.kind !== 'tool_tasks') throw new Error('no list of tasks');
    const nothing = { result: null, error: null, files: [], progress: null };
    const ends = row.answer.tasks.map((outcome) => ({ outcome, ...nothing }));
    const { text } = renderTasksAnswer(row.answer, ends);
    expect(text.match(/(?<=\| )(running|cancelled|completed|failed)(?= \|)/g)).toEqual([
      'running',
      'running',
      'cancelled',
    ]);
  });
});

describe('stop_task', () => {
  it('is truthful about one that has ended', async () => {
    const world = makeWorld();
    world.task('t1', { notify: 'never' });
    world.finish('t1', { status: 'cancelled' });
    await call(world, 'stop_task', { task_id: 't1' });
    expect(textOf(world)).toBe('ok: t1 had already ended (cancelled); nothing was changed.');
  });

  it('stops one that runs, and says so when it is quiet', async () => {
    const world = makeWorld();
    world.task('t1');
    await call(world, 'stop_task', { task_id: 't1' });
    expect(rowOf(world)).toBeUndefined();
    world.finish('t1', { status: 'cancelled' });
    await world.settle();
    expect(textOf(world)).toContain('t1 | worker | cancelled |');
  });
});

describe('the end of a task', () => {
  it('is told with the tool of this dialect for the rest', async () => {
    const world = makeWorld();
    world.task('t1');
    world.finish('t1');
    await world.begin();
    expect(world.asked[0]?.append).toMatchObject([{ kind: 'completion', dialect: 'tasks' }]);
  });
});

describe('a task id of somebody else', () => {
  it.each(['get_task_result', 'stop_task', 'message_background_agent'])(
    'is not found by %s',
    async (name) => {
      const world = makeWorld();
      await call(world, name, { task_id: 'strange', message: 'x' });
      expect(textOf(world)).toBe('error: task not found: strange');
    },
  );
});
