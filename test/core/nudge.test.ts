import { describe, expect, it } from '@jest/globals';
import { extendBudget } from '../../core/extend-budget.ts';
import { nextNudge, nudge } from '../../core/nudge.ts';
import { makeRoster, makeState, World } from './hand-driven.ts';

function makeWorld(): World {
  const roster = makeRoster();
  const root = roster.agents['root'];
  if (root !== undefined) root.progressNudge = { afterMs: 60_000, everyMs: 300_000 };
  return new World(makeState(roster));
}

describe('a task that is slow', () => {
  it('is told after a while, then again and again, by turns of their own', async () => {
    const world = makeWorld();
    world.task('one');
    expect(nextNudge(world.state)).toBe(62_000);
    world.clock = 62_000;
    nudge(world.state, world.ports);
    expect(nextNudge(world.state)).toBe(362_000);
    await world.begin();
    expect(world.state.turnCause).toBe('nudge');
    await world.answer({ text: 'It is still at it.' });
    expect(world.stored).toMatchObject([
      { kind: 'completion', tasks: [{ task: 'one', runtimeMs: 60_000, isSlow: true }] },
    ]);
    expect(world.state.inbox).toEqual([]);
  });

  it('is not told of where nothing is set, nor one that is queued, paused or waited for', () => {
    const plain = new World();
    plain.task('one');
    expect(nextNudge(plain.state)).toBeNull();
    const world = makeWorld();
    world.task('queued', { launched: false });
    world.task('paused');
    world.record({ type: 'task.paused', task: 'paused' });
    world.task('transfer').mode = 'transfer';
    expect(nextNudge(world.state)).toBeNull();
  });

  it('is not told of by an agent that has no budget to speak with, until there is more', async () => {
    const world = makeWorld();
    world.task('one');
    world.say('Hello');
    await world.begin();
    const use = { scope: 'tree', unit: 'tokens', used: 9, limit: 9 } as const;
    await world.answer({ budget: { state: 'exhausted', onExhausted: 'ask', ...use } });
    expect(nextNudge(world.state)).toBeNull();
    extendBudget(world.state, world.ports, { task: null, limits: { tokens: 20 } });
    expect(nextNudge(world.state)).toBe(62_000);
  });

  it('that ends before its turn is told of by its end alone', () => {
    const world = makeWorld();
    world.task('one');
    world.clock = 62_000;
    nudge(world.state, world.ports);
    world.finish('one');
    expect(world.state.inbox).toEqual([{ kind: 'completion', task: 'one' }]);
  });
});
