import { describe, expect, it } from '@jest/globals';
import { forgetArchived, mayRollOver, toCarriedState, unarchivedEvents } from '../../core/rollover.ts';
import { startTask } from '../../core/start-task.ts';
import { requestStop } from '../../core/stop-task.ts';
import { World } from './hand-driven.ts';

describe('a rollover', () => {
  it('waits for each start that is not confirmed', () => {
    const world = new World();
    expect(mayRollOver(world.state)).toBe(true);
    const task = world.task('t1', { launched: false });
    for (const [launch, may] of [
      ['unopened', false],
      ['opened', true],
      ['starting', false],
      ['started', true],
    ] as const) {
      task.launch = launch;
      expect([launch, mayRollOver(world.state)]).toEqual([launch, may]);
    }
  });

  it('does not wait for a start that will never be: the task ended without one', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    task.launch = 'starting';
    world.finish('t1', { status: 'failed', error: { type: 'task.already_started', message: 'x' } });
    expect(mayRollOver(world.state)).toBe(true);
  });

  it('waits for the text of a task that was stopped at once to be written', () => {
    const world = new World();
    const how = { cause: 'api', mode: 'background' } as const;
    startTask(world.state, world.ports, { id: 't1', agent: 'worker', task: 'Do it' }, how);
    const [task] = world.state.tasks;
    if (task !== undefined) requestStop(world.state, world.ports, task);
    expect(task?.status).toBe('cancelled');
    expect(mayRollOver(world.state)).toBe(false);
  });

  it('carries events that the store does not have, and drops those that it has', () => {
    const world = new World();
    for (const text of ['a', 'b', 'c']) world.say(text);
    expect(unarchivedEvents(world.state)).toHaveLength(3);
    forgetArchived(world.state, 2);
    expect(world.state.events.map(({ offset }) => offset)).toEqual([3]);
    forgetArchived(world.state, 1);
    expect(world.state.archivedOffset).toBe(2);
    world.say('d');
    expect(unarchivedEvents(world.state).map(({ offset }) => offset)).toEqual([3, 4]);
  });

  it('carries a few kilobytes after a thousand messages with tasks, and no message', async () => {
    const world = new World();
    for (let turn = 0; turn < 1000; turn += 1) {
      world.say(`a message of some length, number ${turn}`);
      if (turn % 10 === 0) {
        world.task(`agent_task_${turn}`, { notify: 'never' });
        world.finish(`agent_task_${turn}`);
      }
      world.record({ type: 'turn.started', turn: turn + 1, cause: 'message', inputs: [] });
      world.state.inbox = [];
      world.state.unplaced = {};
      world.record({
        type: 'turn.finished',
        turn: turn + 1,
        outcome: 'answered',
        error: null,
        usage: world.state.turnUsage,
      });
    }
    forgetArchived(world.state, world.state.offset);
    const carried = toCarriedState(world.state);
    expect(carried.seen).toHaveLength(64);
    expect(carried.seen.at(-1)?.id).toBe('said_a message of some length, number 999');
    expect(carried.events).toEqual([]);
    const { tasks, ...rest } = carried;
    expect(JSON.stringify(rest).length).toBeLessThan(12_000);
    expect(tasks).toHaveLength(100);
    expect(JSON.stringify(tasks).length).toBeLessThan(50_000);
  });

  it('leaves the state as it was, so that a rollover that did not come about costs nothing', () => {
    const world = new World();
    for (let index = 0; index < 100; index += 1) world.say(`${index}`);
    toCarriedState(world.state);
    expect(world.state.seen).toHaveLength(100);
  });
});
