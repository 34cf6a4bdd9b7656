import { describe, expect, it } from '@jest/globals';
import { pauseTask, resumeTask } from '../../core/hold-task.ts';
import { requestStop, toReceipt } from '../../core/stop-task.ts';
import { makeRoster, makeState, World } from './hand-driven.ts';

describe('stopping a task', () => {
  it('that runs asks its workflow, and it is cancelling until it has ended', () => {
    const world = new World();
    const task = world.task('t1');
    expect(requestStop(world.state, world.ports, task)).toBe(true);
    expect(task.status).toBe('cancelling');
    expect(world.orders).toEqual([{ task: 't1', kind: 'stop' }]);
    expect(toReceipt(task, true)).toMatchObject({ quiet: false, tasks: [{ status: 'cancelling' }] });
    world.finish('t1', { status: 'cancelled' });
    expect(toReceipt(task, true)).toMatchObject({ quiet: true, tasks: [{ status: 'cancelled' }] });
  });

  it('twice asks once', () => {
    const world = new World();
    const task = world.task('t1');
    requestStop(world.state, world.ports, task);
    expect(requestStop(world.state, world.ports, task)).toBe(false);
    expect(world.orders).toEqual([{ task: 't1', kind: 'stop' }]);
  });

  it('whose start is not confirmed asks as soon as it is, and it stays cancelling', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    task.launch = 'starting';
    requestStop(world.state, world.ports, task);
    expect(world.orders).toEqual([]);
    world.confirmStart(task);
    expect(world.orders).toEqual([{ task: 't1', kind: 'stop' }]);
    expect(task.status).toBe('cancelling');
  });

  it('that waits for its start ends it at once', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    expect(requestStop(world.state, world.ports, task)).toBe(true);
    expect(task).toMatchObject({ status: 'cancelled', runtimeMs: null });
    expect(world.endsStored).toEqual(['t1']);
  });

  it('whose text is not in the store yet ends it at once, and leaves its end there to who writes the text', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    task.launch = 'unopened';
    expect(requestStop(world.state, world.ports, task)).toBe(true);
    expect(task.status).toBe('cancelled');
    expect(world.endsStored).toEqual([]);
  });

  it('by a wrap-up gives it its time, and can be hastened but not slowed down', () => {
    const world = new World();
    const task = world.task('t1');
    requestStop(world.state, world.ports, task, { mode: 'wrap_up' });
    expect(requestStop(world.state, world.ports, task, { mode: 'wrap_up' })).toBe(false);
    expect(toReceipt(task, true)).toMatchObject({ mode: 'wrap_up', quiet: false });
    expect(requestStop(world.state, world.ports, task)).toBe(true);
    expect(requestStop(world.state, world.ports, task, { mode: 'wrap_up' })).toBe(false);
    expect(world.orders).toEqual([
      { task: 't1', kind: 'wrap_up', withinMs: 60_000 },
      { task: 't1', kind: 'stop' },
    ]);
  });

  it('that stands still, or queues to go on, asks its workflow', () => {
    const world = new World(makeState(makeRoster({ maxRunningTasks: 1 })));
    const task = world.task('t1');
    pauseTask(world.state, world.ports, task);
    world.task('t2');
    resumeTask(world.state, world.ports, task);
    expect(task.status).toBe('queued');
    requestStop(world.state, world.ports, task);
    expect(world.orders.map(({ kind }) => kind)).toEqual(['pause', 'stop']);
    expect(task.status).toBe('cancelling');
  });

  it('that has ended changes nothing', () => {
    const world = new World();
    const task = world.task('t1');
    world.finish('t1');
    const before = structuredClone(world.state);
    expect(requestStop(world.state, world.ports, task)).toBe(false);
    expect(world.state).toEqual(before);
  });

  it('that completes in the same moment stays completed', () => {
    const world = new World();
    const task = world.task('t1');
    requestStop(world.state, world.ports, task);
    world.finish('t1', { status: 'completed' });
    expect(toReceipt(task, true)).toMatchObject({ tasks: [{ status: 'completed' }] });
  });

  it('is told in its receipt with everything that ended below it', () => {
    const world = new World();
    const task = world.task('t1', { agent: 'chief' });
    const below = { id: 't2', agent: 'worker', status: 'cancelled' as const, partial: true };
    requestStop(world.state, world.ports, task);
    world.finish('t1', { status: 'cancelled', partial: false, stopped: [below] });
    expect(toReceipt(task, true).tasks).toEqual([
      { id: 't1', agent: 'chief', status: 'cancelled', partial: false },
      below,
    ]);
  });
});
