import { describe, expect, it } from '@jest/globals';
import { endTask } from '../../core/finish-task.ts';
import { World } from './hand-driven.ts';

describe('the end of a task', () => {
  it('is the first that comes, by whichever way; the others change nothing', () => {
    const world = new World();
    const task = world.task('t1');
    world.finish('t1', { endedAt: 5000 });
    const before = structuredClone(world.state);
    world.finish('t1', { status: 'failed', error: { type: 'a.b', message: 'late' } });
    endTask(world.state, world.ports, { task: 't1', status: 'cancelled', error: null });
    expect(world.state).toEqual(before);
    expect(task).toMatchObject({ status: 'completed', runtimeMs: 3000, notice: { state: 'pending' } });
    expect(world.types.filter((type) => type === 'task.finished')).toHaveLength(1);
  });

  it('that nobody here knows changes nothing', () => {
    const world = new World();
    world.finish('stranger');
    expect(world.types).toEqual([]);
    expect(world.launches).toBe(0);
  });

  it('that comes before its start is confirmed counts, and a start after it does not wake it again', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    task.launch = 'starting';
    world.finish('t1');
    expect(task.status).toBe('completed');
    expect(world.state.inbox).toEqual([{ kind: 'completion', task: 't1' }]);
  });

  it('makes room for the next one, and drops what was held for it', () => {
    const world = new World();
    world.task('t1', { launched: false });
    world.state.undelivered['t1'] = [];
    const launches = world.launches;
    world.finish('t1', { status: 'cancelled' });
    expect(world.launches).toBe(launches + 1);
    expect(world.state.undelivered).toEqual({});
  });

  it.each([
    ['always', 'completed', true],
    ['failure', 'completed', false],
    ['failure', 'failed', true],
    ['failure', 'cancelled', true],
    ['never', 'failed', false],
  ] as const)('is told with notify %s and status %s: %s', (notify, status, told) => {
    const world = new World();
    world.task('t1', { notify });
    world.finish('t1', { status });
    expect(world.state.inbox).toHaveLength(told ? 1 : 0);
  });

  it('of a transfer is the answer of the call that waits, and is told once it goes on beside the conversation', () => {
    for (const detached of [false, true]) {
      const world = new World();
      world.task('t1').mode = 'transfer';
      if (detached) world.record({ type: 'task.detached', task: 't1' });
      world.finish('t1');
      expect(world.state.inbox).toHaveLength(detached ? 1 : 0);
    }
  });

  it('adds up what the tasks used', () => {
    const world = new World();
    for (const id of ['a', 'b']) {
      world.task(id);
      world.finish(id);
    }
    expect(world.state.taskUsage).toMatchObject({ inputTokens: 2, costUsd: null, modelCalls: 2 });
  });

  it('is kept for the last hundred that were told, and for each that was not', () => {
    const world = new World();
    world.task('untold');
    world.finish('untold');
    world.task('running');
    for (let index = 0; index < 120; index += 1) {
      world.task(`t${index}`, { notify: 'never' });
      world.finish(`t${index}`);
    }
    const ids = world.state.tasks.map(({ id }) => id);
    expect(ids).toHaveLength(102);
    expect(ids.slice(0, 3)).toEqual(['untold', 'running', 't20']);
  });
});
