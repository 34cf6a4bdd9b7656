import { describe, expect, it } from '@jest/globals';
import { deliverHeldMessages, messageTask } from '../../core/message-task.ts';
import { World } from './hand-driven.ts';

const words = (id: string) => ({ id, hash: id, content: [{ type: 'text' as const, text: id }] });

describe('words for a task', () => {
  it('are passed on at once when its workflow runs', () => {
    const world = new World();
    messageTask(world.state, world.ports, world.task('t1'), words('a'));
    expect(world.passedOn).toEqual([{ task: 't1', message: words('a') }]);
    expect(world.state.events.at(-1)).toMatchObject({ type: 'task.steered', task: 't1', message: 'a' });
  });

  it('are held until it runs, and passed on then, once and in order', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    messageTask(world.state, world.ports, task, words('a'));
    messageTask(world.state, world.ports, task, words('b'));
    expect(world.passedOn).toEqual([]);
    deliverHeldMessages(world.state, world.ports, 't1');
    deliverHeldMessages(world.state, world.ports, 't1');
    expect(world.passedOn.map(({ message }) => message.id)).toEqual(['a', 'b']);
  });
});
