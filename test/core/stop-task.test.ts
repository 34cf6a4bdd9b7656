import { describe, expect, it } from '@jest/globals';
import { requestStop, toReceipt } from '../../core/stop-task.ts';
import { World } from './hand-driven.ts';

describe('stopping a task', () => {
  it('that runs asks its workflow, and it is cancelling until it has ended', () => {
    const world = new World();
    const task = world.task('t1');
    expect(requestStop(world.state, world.ports, task)).toBe(true);
    expect(task.status).toBe('cancelling');
    expect(world.cancelled).toEqual(['t1']);
    expect(toReceipt(task, true)).toMatchObject({ quiet: false, tasks: [{ status: 'cancelling' }] });
    world.finish('t1', { status: 'cancelled' });
    expect(toReceipt(task, true)).toMatchObject({ quiet: true, tasks: [{ status: 'cancelled' }] });
  });

  it('twice asks once', () => {
    const world = new World();
    const task = world.task('t1');
    requestStop(world.state, world.ports, task);
    expect(requestStop(world.state, world.ports, task)).toBe(false);
    expect(world.cancelled).toEqual(['t1']);
  });

  it('whose start is not confirmed asks too', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    task.launch = 'starting';
    requestStop(world.state, world.ports, task);
    expect(world.cancelled).toEqual(['t1']);
  });

  it('that waits for its start ends it at once', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    expect(requestStop(world.state, world.ports, task)).toBe(true);
    expect(task).toMatchObject({ status: 'cancelled', runtimeMs: null });
    expect(world.cancelled).toEqual(['t1']);
  });

  it('whose text is not in the store yet ends it at once, and leaves its end there to who writes the text', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    task.launch = 'unopened';
    expect(requestStop(world.state, world.ports, task)).toBe(true);
    expect(task.status).toBe('cancelled');
    expect(world.cancelled).toEqual([]);
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
