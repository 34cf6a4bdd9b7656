import { describe, expect, it } from '@jest/globals';
import { confirmMessage, messageTask, takeHeldMessages } from '../../core/message-task.ts';
import type { SteerMode } from '../../protocol/task.ts';
import { World } from './hand-driven.ts';

const words = (id: string, mode: SteerMode = 'append') => ({
  message: { id, hash: id, content: [{ type: 'text' as const, text: id }] },
  mode,
});

describe('words for a task', () => {
  it('are passed on at once when its workflow runs', () => {
    const world = new World();
    messageTask(world.state, world.ports, world.task('t1'), words('a'));
    expect(world.orders).toEqual([{ task: 't1', kind: 'message', message: words('a').message }]);
    expect(world.state.events.at(-1)).toMatchObject({ type: 'task.steering', message: 'a', mode: 'append' });
  });

  it('are held until it runs, and passed on then, once and in order', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    messageTask(world.state, world.ports, task, words('a'));
    messageTask(world.state, world.ports, task, words('b', 'interrupt'));
    expect(world.orders).toEqual([]);
    world.confirmStart(task);
    world.confirmStart(task);
    expect(world.orders).toMatchObject([
      { message: { id: 'a' } },
      { message: { id: 'b', delivery: 'interrupt' } },
    ]);
  });

  it('that waited for its start go along with it, and what comes meanwhile follows', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    messageTask(world.state, world.ports, task, words('a'));
    task.launch = 'starting';
    expect(takeHeldMessages(world.state, 't1').map(({ id }) => id)).toEqual(['a']);
    messageTask(world.state, world.ports, task, words('b'));
    world.confirmStart(task);
    expect(world.orders).toMatchObject([{ message: { id: 'b' } }]);
  });

  it('have one receipt, however often it comes', () => {
    const world = new World();
    messageTask(world.state, world.ports, world.task('t1'), words('a'));
    for (const step of [3, 4]) {
      confirmMessage(world.state, world.ports, { task: 't1', message: 'a', turn: 1, step });
    }
    confirmMessage(world.state, world.ports, { task: 't1', message: 'unknown', turn: 1, step: 3 });
    world.finish('t1');
    const receipts = world.state.events.filter(({ type }) => type === 'task.steered');
    expect(receipts).toMatchObject([{ message: 'a', turn: 1, appliedAtStep: 3 }]);
  });

  it('that came too late are said to be so, to the person and to the model', async () => {
    const world = new World();
    messageTask(world.state, world.ports, world.task('t1'), words('a'));
    world.finish('t1');
    confirmMessage(world.state, world.ports, { task: 't1', message: 'a', turn: 1, step: 3 });
    expect(world.state.events.at(-1)).toMatchObject({
      type: 'task.steered',
      message: 'a',
      turn: null,
      appliedAtStep: null,
    });
    await world.begin();
    expect(world.asked[0]?.append).toMatchObject([{ tasks: [{ task: 't1', missedMessages: 1 }] }]);
  });
});
