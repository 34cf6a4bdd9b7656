import { describe, expect, it } from '@jest/globals';
import { extendBudget, takeShortage } from '../../core/extend-budget.ts';
import { pauseTask, resumeTask } from '../../core/hold-task.ts';
import { messageTask } from '../../core/message-task.ts';
import { mayRollOver } from '../../core/rollover.ts';
import { requestStop } from '../../core/stop-task.ts';
import { waitsFor } from '../../core/waits-for.ts';
import type { BudgetNotice, BudgetUse } from '../../protocol/budget.ts';
import { makeRoster, makeState, World } from './hand-driven.ts';

const USE: BudgetUse = { scope: 'task', unit: 'tokens', used: 95, limit: 100 };
const EXHAUSTED = { state: 'exhausted', onExhausted: 'ask', ...USE } as const satisfies BudgetNotice;
const WARNED = { state: 'warned', ...USE } as const satisfies BudgetNotice;

/** A task in its first turn, whose model is being asked. */
async function beginTask(maxIterations = 5) {
  const id = { workspace: 'default', session: 'ses_1', task: 'one' };
  const world = new World(makeState(makeRoster({}, maxIterations), { id, depth: 1 }));
  return { world, ...(await world.begin({ atLimit: 'answer' })) };
}

/** A conversation whose task has no budget left. */
function park(use: BudgetUse = USE, limits = {}): World {
  const world = new World(makeState(makeRoster(limits)));
  world.task('one');
  takeShortage(world.state, world.ports, { task: 'one', use });
  return world;
}

describe('a task whose budget does not allow the next call', () => {
  it('stands still, says so, and goes on in the same turn when it is told to', async () => {
    const { world, turn } = await beginTask();
    await world.answer({ budget: EXHAUSTED });
    expect(world.isAsking).toBe(false);
    expect(world.state).toMatchObject({ holds: ['budget'], shortage: USE, untoldShortage: USE });
    expect(mayRollOver(world.state)).toBe(false);
    world.state.untoldShortage = null;
    expect(mayRollOver(world.state)).toBe(true);
    world.record({ type: 'task.resumed', task: 'one', status: 'running' });
    await world.settle();
    await world.answer({ text: 'Done.' });
    expect(await turn).toBe('answered');
    expect(world.state).toMatchObject({ turn: 1, shortage: null, holds: [] });
  });

  it('has not used up one of its steps with that', async () => {
    const { world } = await beginTask(1);
    await world.answer({ budget: EXHAUSTED });
    world.record({ type: 'task.resumed', task: 'one', status: 'running' });
    await world.settle();
    expect(world.asked.map(({ tools }) => tools)).toEqual([undefined, undefined]);
  });

  it('ends where its budget says so, or where it was to wrap up anyway', async () => {
    const { world, turn } = await beginTask();
    await world.answer({ budget: { ...EXHAUSTED, onExhausted: 'stop' } });
    expect(await turn).toBe('limit');
    expect(world.state).toMatchObject({ holds: [], untoldShortage: null, shortage: USE });
  });
});

describe('a conversation whose budget is used up', () => {
  it('ends its turn with words for the user', async () => {
    const world = new World();
    world.say('Hello');
    const { turn } = await world.begin();
    await world.answer({ budget: { ...EXHAUSTED, scope: 'tree' } });
    expect(await turn).toBe('limit');
    expect(world.state.unstored).toMatchObject([{ kind: 'system' }]);
    expect(world.types.slice(-3)).toEqual(['budget.exhausted', 'message.committed', 'turn.finished']);
  });

  it('is told once when the end is near, after the results of its tools, and again after an extension', async () => {
    const world = new World();
    world.say('Hello');
    await world.begin();
    for (const call of ['a', 'b', 'c']) {
      await world.answer({ calls: [{ name: 'look_up', id: call }], budget: WARNED });
      await world.finishTool(call);
      if (call === 'b') extendBudget(world.state, world.ports, { task: null, limits: { tokens: 200 } });
    }
    expect(world.asked.map(({ append }) => append.map(({ kind }) => kind))).toEqual([
      ['user'],
      ['instruction'],
      [],
      ['instruction'],
    ]);
    expect(world.types.filter((type) => type === 'budget.warned')).toHaveLength(2);
  });
});

describe('a starter whose task has no budget left', () => {
  it('tells the user by a turn of its own, and gives its place to others', async () => {
    const world = park(USE, { maxRunningTasks: 1 });
    expect(world.state.tasks).toMatchObject([{ status: 'waiting_input', shortage: USE }]);
    world.task('two');
    await world.begin();
    expect(world.state.turnCause).toBe('question');
    await world.answer({ text: 'It asks for more.' });
    expect(world.stored).toMatchObject([{ kind: 'completion', tasks: [{ task: 'one', shortage: USE }] }]);
    expect(world.state.inbox).toEqual([]);
  });

  it('lets it go on when its budget is extended, or queue for a place', () => {
    const world = park(USE, { maxRunningTasks: 1 });
    const other = extendBudget(world.state, world.ports, { task: null, limits: { tokens: 200 } });
    expect(other).toEqual([]);
    world.task('two');
    expect(extendBudget(world.state, world.ports, { task: 'one', limits: { tokens: 200 } })).toEqual(['one']);
    expect(world.state.tasks).toMatchObject([{ status: 'queued' }, { status: 'running' }]);
    expect(world.state.inbox).toEqual([]);
    expect(world.orders).toEqual([]);
  });

  it('lets it go on at once where the extension came before the question', () => {
    const world = new World();
    world.task('one');
    extendBudget(world.state, world.ports, { task: null, limits: { tokens: 200 } });
    takeShortage(world.state, world.ports, { task: 'one', use: { ...USE, scope: 'tree' } });
    expect(world.state.tasks).toMatchObject([{ status: 'running' }]);
    expect(world.orders).toMatchObject([{ kind: 'resume' }]);
    takeShortage(world.state, world.ports, { task: 'one', use: { ...USE, scope: 'tree', limit: 200 } });
    expect(world.state.tasks).toMatchObject([{ status: 'waiting_input' }]);
  });

  it('that was paused meanwhile waits on when it is resumed, until there is more', () => {
    const world = new World();
    const task = world.task('one');
    pauseTask(world.state, world.ports, task);
    takeShortage(world.state, world.ports, { task: 'one', use: USE });
    expect(task).toMatchObject({ status: 'paused', shortage: USE });
    resumeTask(world.state, world.ports, task);
    expect(task.status).toBe('waiting_input');
    pauseTask(world.state, world.ports, task);
    expect(extendBudget(world.state, world.ports, { task: 'one', limits: { tokens: 200 } })).toEqual([]);
    expect([task.status, waitsFor(task)]).toEqual(['paused', null]);
    resumeTask(world.state, world.ports, task);
    expect(world.orders.map(({ kind }) => kind)).toEqual(['pause', 'resume']);
  });

  it('keeps it waiting when it is told something, or is given more of what it has enough of', () => {
    const world = park();
    const [task] = world.state.tasks;
    const message = { id: 'a', hash: 'a', content: [] };
    if (task !== undefined) messageTask(world.state, world.ports, task, { message, mode: 'append' });
    for (const limits of [{ seconds: 500 }, { tokens: 100 }, { tokens: 20 }])
      expect(extendBudget(world.state, world.ports, { task: 'one', limits })).toEqual([]);
    expect(task).toMatchObject({ status: 'waiting_input', shortage: USE });
    expect(world.state.inbox).toEqual([{ kind: 'question', task: 'one' }]);
    expect(world.orders.map(({ kind }) => kind)).toEqual(['message']);
  });

  it('stops it when the conversation closes and nobody could extend it', () => {
    const world = new World();
    const task = world.task('one');
    world.record({ type: 'session.closing', reason: 'enough' });
    takeShortage(world.state, world.ports, { task: 'one', use: USE });
    expect(task.status).toBe('cancelling');
  });

  it('reads why, when it looks at it', async () => {
    const world = park();
    world.say('How is it?');
    await world.begin();
    await world.answer({
      calls: [{ name: 'view_background_agent', arguments: { task_id: 'one' }, id: 'a' }],
    });
    expect(world.toolRequests[0]?.view).toMatchObject({
      status: 'waiting_input',
      note: 'its budget does not allow another step (95 tokens of the 100 tokens of this task are used): it waits until a person extends it',
    });
  });

  it('forgets the question when the task is stopped', () => {
    const world = park();
    const [task] = world.state.tasks;
    if (task !== undefined) requestStop(world.state, world.ports, task);
    expect(world.state).toMatchObject({ inbox: [], tasks: [{ status: 'cancelling' }] });
  });

  it('waits for it no longer, and says why', async () => {
    const world = new World();
    world.say('Hello');
    await world.begin();
    await world.answer({
      calls: [{ name: 'transfer_task', arguments: { agent: 'worker', task: 'Do it' }, id: 'a' }],
    });
    const [task] = world.state.tasks;
    if (task !== undefined) {
      task.launch = 'opened';
      world.confirmStart(task);
      takeShortage(world.state, world.ports, { task: task.id, use: USE });
    }
    await world.settle();
    expect(world.asked[1]?.append).toMatchObject([
      {
        kind: 'tool_tasks',
        answer: { form: 'transfer', endedEarly: 'task_waits', tasks: [{ shortage: USE }] },
      },
    ]);
    expect(world.state.inbox).toEqual([]);
    expect(world.state.tasks).toMatchObject([{ mode: 'background', status: 'waiting_input' }]);
  });
});
