import { describe, expect, it } from '@jest/globals';
import { openStep, takePlace } from '../../core/place-inputs.ts';
import { World } from './hand-driven.ts';

function openTurn(world: World): void {
  world.state.step = 0;
  world.record({ type: 'turn.started', turn: world.state.turn + 1, cause: 'message', inputs: [] });
  openStep(world.state, world.ports);
}

describe('places in the transcript', () => {
  it('count up within a step and begin anew with the next', () => {
    const world = new World();
    openTurn(world);
    expect([takePlace(world.state), takePlace(world.state)]).toEqual([
      [1, 1, 0],
      [1, 1, 1],
    ]);
    openStep(world.state, world.ports);
    expect(takePlace(world.state)).toEqual([1, 2, 0]);
  });

  it('go on after the row that a task begins with', () => {
    const world = new World();
    world.state.head = [1, 1, 0];
    world.say('also this');
    openTurn(world);
    expect(world.state.unstored).toMatchObject([{ kind: 'user', place: [1, 1, 1] }]);
  });
});

describe('a first step', () => {
  it('takes everything that waits: messages in their order, then the ends of tasks in one notice', () => {
    const world = new World();
    world.say('a', 'after_turn');
    for (const id of ['t1', 't2']) {
      world.task(id);
      world.finish(id);
    }
    world.say('b');
    openTurn(world);
    expect(world.state.unstored).toMatchObject([
      { kind: 'user', id: 'said_a', place: [1, 1, 0], at: 2000, content: [{ text: 'a' }] },
      { kind: 'user', id: 'said_b', place: [1, 1, 1] },
      { kind: 'completion', place: [1, 1, 2], tasks: [{ task: 't1' }, { task: 't2' }] },
    ]);
    expect(world.state.inbox).toEqual([]);
    expect(world.state.unplaced).toEqual({});
    expect(world.state.events.at(-1)).toMatchObject({ type: 'completion.delivered', by: 'notice', turn: 1 });
  });
});

describe('a later step', () => {
  it('leaves what was sent for after the turn', () => {
    const world = new World();
    openTurn(world);
    world.say('later', 'after_turn');
    world.say('now');
    openStep(world.state, world.ports);
    expect(world.state.unstored.map(({ id }) => id)).toEqual(['said_now']);
    expect(world.state.inbox).toMatchObject([{ id: 'said_later' }]);
  });
});
