import { describe, expect, it } from '@jest/globals';
import { takeShortage } from '../../core/extend-budget.ts';
import { mayGatherCompletions } from '../../core/gather-completions.ts';
import { takeQuestion } from '../../core/task-question.ts';
import { World } from './hand-driven.ts';

function worldWithTasks(...ids: string[]): World {
  const world = new World();
  for (const id of ids) world.task(id);
  return world;
}

describe('a follow-up', () => {
  it('of a lone task is not held back', () => {
    const world = worldWithTasks('t1');
    world.finish('t1');
    expect(mayGatherCompletions(world.state)).toBe(false);
  });

  it('waits for more while others are at work, and no longer than they are', () => {
    const world = worldWithTasks('t1', 't2', 't3');
    expect(mayGatherCompletions(world.state)).toBe(false);
    world.finish('t1');
    expect(mayGatherCompletions(world.state)).toBe(true);
    world.finish('t2');
    expect(mayGatherCompletions(world.state)).toBe(true);
    world.finish('t3');
    expect(mayGatherCompletions(world.state)).toBe(false);
  });

  it('waits for those that are being stopped, and whose start is not confirmed', () => {
    for (const change of [
      { status: 'cancelling' as const },
      { status: 'queued' as const, launch: 'starting' as const },
    ]) {
      const world = worldWithTasks('t1', 't2');
      Object.assign(world.state.tasks[1] ?? {}, change);
      world.finish('t1');
      expect(mayGatherCompletions(world.state)).toBe(true);
    }
  });

  it('tells of tasks that use up a budget together, too, but of a question at once', () => {
    const world = worldWithTasks('t1', 't2', 't3');
    const use = { scope: 'tree' as const, unit: 'tokens' as const, used: 9, limit: 9 };
    takeShortage(world.state, world.ports, { task: 't1', use });
    expect(mayGatherCompletions(world.state)).toBe(true);
    takeQuestion(world.state, world.ports, { task: 't2', turn: 1, step: 1 });
    expect(mayGatherCompletions(world.state)).toBe(false);
  });

  it.each([
    ['a message', (world: World) => void world.say('Hello')],
    ['a close', (world: World) => world.record({ type: 'session.closing', reason: 'x' })],
  ])('makes nobody wait who comes meanwhile: %s', (_name, happens) => {
    const world = worldWithTasks('t1', 't2');
    world.finish('t1');
    happens(world);
    expect(mayGatherCompletions(world.state)).toBe(false);
  });

  it('does not wait for tasks that are not told, that are queued, or that had waited for this one', () => {
    const world = worldWithTasks('t1');
    world.task('silent', { notify: 'never' });
    world.task('queued', { launched: false });
    world.task('after', { dependsOn: ['t1'] });
    world.finish('t1');
    expect(mayGatherCompletions(world.state)).toBe(false);
  });
});
