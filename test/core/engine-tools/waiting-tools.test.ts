import { describe, expect, it } from '@jest/globals';
import type { NewRow } from '../../../protocol/transcript.ts';
import { World } from '../hand-driven.ts';

async function call(world: World, name: string, args: Record<string, unknown>): Promise<void> {
  world.say('Hello');
  await world.begin();
  await world.answer({ calls: [{ name, id: 'call_1', arguments: args }] });
}

/** What the call was answered with, when it was. */
function answerOf(world: World): NewRow | undefined {
  return world.asked[1]?.append.find((row) => row.kind === 'tool' || row.kind === 'tool_tasks');
}

describe('wait_background_agents', () => {
  async function waitFor(args: Record<string, unknown> = {}): Promise<World> {
    const world = new World();
    for (const id of ['t1', 't2', 't3']) world.task(id);
    await call(world, 'wait_background_agents', { task_ids: ['t1', 't2', 't3'], ...args });
    expect(answerOf(world)).toBeUndefined();
    return world;
  }

  async function finish(world: World, id: string, resultSize = 10): Promise<void> {
    world.finish(id, { resultSize });
    await world.settle();
  }

  it.each([
    ['all of them', {}, ['t1', 't2', 't3']],
    ['all of them when asked so', { for: 'all' }, ['t3', 't2', 't1']],
    ['any', { for: 'any' }, ['t2']],
    ['a number of them', { for: 2 }, ['t3', 't1']],
    ['as many as there are when more are asked for', { for: 9 }, ['t1', 't2', 't3']],
  ])('waits for %s', async (_name, args, ends) => {
    const world = await waitFor(args);
    for (const id of ends.slice(0, -1)) await finish(world, id);
    expect(answerOf(world)).toBeUndefined();
    await finish(world, ends.at(-1) ?? '');
    expect(answerOf(world)).toMatchObject({
      kind: 'tool_tasks',
      answer: { form: 'wait', timedOut: false, endedEarly: null, tasks: [{ task: 't1' }, {}, {}] },
    });
  });

  it('tells once what its answer holds whole; a longer result is told by a notice too', async () => {
    const world = await waitFor();
    await finish(world, 't1');
    await finish(world, 't2', 5000);
    await finish(world, 't3');
    const delivered = world.state.events.flatMap((event) =>
      event.type === 'completion.delivered' ? [[event.by, ...event.tasks]] : [],
    );
    expect(delivered).toEqual([
      ['tool', 't1', 't3'],
      ['notice', 't2'],
    ]);
  });

  it('says that its time is over', async () => {
    const world = await waitFor({ timeout: 1 });
    await finish(world, 't1');
    await world.expireWaits();
    expect(answerOf(world)).toMatchObject({ answer: { timedOut: true, endedEarly: null } });
  });

  it.each([
    ['a message for this turn', (world: World) => void world.say('Well?'), 'user_message'],
    ['an interrupt', (world: World) => world.record({ type: 'turn.interrupting', turn: 1 }), 'interrupted'],
    ['a close', (world: World) => world.record({ type: 'session.closing', reason: 'x' }), 'interrupted'],
  ])('ends early by %s, so that nobody is kept waiting', async (_name, happen, endedEarly) => {
    const world = await waitFor();
    happen(world);
    await world.settle();
    const row = [...world.state.unstored, ...(world.asked[1]?.append ?? [])].find(
      ({ kind }) => kind === 'tool_tasks',
    );
    expect(row).toMatchObject({ answer: { timedOut: false, endedEarly } });
  });

  it('does not end by a message for the next turn', async () => {
    const world = await waitFor();
    world.say('Later', 'after_turn');
    await world.settle();
    expect(answerOf(world)).toBeUndefined();
  });
});

describe('stop_background_agent', () => {
  it('says that a task is stopped when it is quiet, and with what it left: no notice follows', async () => {
    const world = new World();
    world.task('t1', { agent: 'chief' });
    await call(world, 'stop_background_agent', { task_id: 't1' });
    expect(answerOf(world)).toBeUndefined();
    const below = { id: 't2', agent: 'worker', status: 'cancelled' as const, partial: false };
    world.finish('t1', { status: 'cancelled', partial: true, stopped: [below] });
    await world.settle();
    expect(answerOf(world)).toMatchObject({
      text:
        'task_id | agent | status | output\n' +
        '- t1 | chief | stopped | partial output kept\n- t2 | worker | stopped | no output',
    });
    expect(world.state.inbox).toEqual([]);
  });

  it('says cancelling when it takes long; the end is told then', async () => {
    const world = new World();
    world.task('t1');
    await call(world, 'stop_background_agent', { task_id: 't1' });
    await world.expireWaits();
    expect(answerOf(world)).toMatchObject({ text: expect.stringContaining('| cancelling |') });
    world.finish('t1', { status: 'cancelled' });
    expect(world.state.inbox).toEqual([{ kind: 'completion', task: 't1' }]);
  });

  it('leaves a result that came in the same moment to be told', async () => {
    const world = new World();
    world.task('t1');
    await call(world, 'stop_background_agent', { task_id: 't1' });
    world.finish('t1', { status: 'completed' });
    await world.settle();
    expect(world.asked[1]?.append.map(({ kind }) => kind)).toEqual(['tool', 'completion']);
  });

  it('changes nothing of a task that has ended', async () => {
    const world = new World();
    world.task('t1', { notify: 'never' });
    world.finish('t1');
    await call(world, 'stop_background_agent', { task_id: 't1' });
    expect(answerOf(world)).toMatchObject({
      text: 't1 had already ended (completed); nothing was changed.',
    });
    expect(world.orders).toEqual([]);
  });
});

describe('transfer_task', () => {
  async function transfer(): Promise<{ world: World; task: string }> {
    const world = new World();
    await call(world, 'transfer_task', { agent: 'worker', task: 'Do it', expected_output: 'One line' });
    const task = world.state.tasks[0]?.id ?? '';
    return { world, task };
  }

  it('is answered with the result; its end is no notice', async () => {
    const { world, task } = await transfer();
    expect(world.state.tasks[0]?.mode).toBe('transfer');
    world.finish(task);
    await world.settle();
    expect(answerOf(world)).toMatchObject({
      answer: { form: 'transfer', endedEarly: null, tasks: [{ task, status: 'completed' }] },
    });
    expect(world.types).not.toContain('completion.delivered');
  });

  it('goes on beside the conversation when the user says something, and is told then', async () => {
    const { world, task } = await transfer();
    world.say('Hello?');
    await world.settle();
    expect(answerOf(world)).toMatchObject({ answer: { endedEarly: 'user_message' } });
    expect(world.types).toContain('task.detached');
    world.finish(task);
    expect(world.state.inbox).toContainEqual({ kind: 'completion', task });
  });

  it('is stopped by an interrupt of the turn, which waits until it is quiet', async () => {
    const { world, task } = await transfer();
    const record = world.state.tasks[0];
    if (record !== undefined) record.launch = 'started';
    world.record({ type: 'turn.interrupting', turn: 1 });
    await world.settle();
    expect(world.orders).toEqual([{ task, kind: 'stop' }]);
    expect(world.types).not.toContain('turn.finished');
    world.finish(task, { status: 'cancelled' });
    await world.settle();
    expect(world.types.at(-1)).toBe('turn.finished');
    expect(world.state.unstored.at(-1)).toMatchObject({ outcome: 'cancelled' });
  });

  it('says why it is refused', async () => {
    const world = new World();
    await call(world, 'transfer_task', { agent: 'nobody', task: 'x' });
    expect(answerOf(world)).toMatchObject({
      outcome: 'error',
      text: expect.stringMatching(/^not transferred: agent "nobody"/),
    });
  });
});
