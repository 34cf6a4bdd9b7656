import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { choosePlaces, sharesPlaces } from '../../core/tree-places.ts';
import type { OpenTask } from '../../core/tree-places.ts';
import { toTaskRoster } from '../../core/roster.ts';
import { makeRoster, makeState } from './hand-driven.ts';

const task = (id: string, status: 'queued' | 'running', starter: string | null = null): OpenTask => ({
  id,
  status,
  starter,
});

describe('the places of a tree', () => {
  it('are given to the oldest that ask, and again to whom they were given', () => {
    const open = [task('a', 'running'), task('b', 'queued'), task('c', 'queued'), task('d', 'queued')];
    expect(choosePlaces(open, ['b', 'c', 'd'], 3)).toEqual(['b', 'c']);
    expect(choosePlaces(open, ['a', 'b'], 1)).toEqual(['a']);
    expect(choosePlaces(open, ['gone'], 9)).toEqual([]);
  });

  it('are never all held by those who wait for others', () => {
    const open = [
      task('chief', 'running'),
      task('other', 'running'),
      task('work', 'queued', 'chief'),
      task('rest', 'running', 'other'),
    ];
    expect(choosePlaces(open, ['work'], 2)).toEqual([]);
    const stuck = [...open.slice(0, 3), task('rest', 'queued', 'other')];
    expect(choosePlaces(stuck, ['work'], 2)).toEqual(['work']);
  });

  it('are enough for every tree to come to its end, with no more than the limit at work', () => {
    const parents = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(parents, fc.integer({ min: 1, max: 5 }), (starters, limit) => {
        let open = starters.map((starter, index) => {
          const isTop = starter >= index;
          return task(`${index}`, 'queued', isTop ? null : `${starter}`);
        });
        for (let round = 0; open.length > 0; round += 1) {
          expect(round).toBeLessThan(100);
          const runs = (id: string | null) => open.some((one) => one.id === id && one.status === 'running');
          const wanted = open.filter(({ starter }) => starter === null || runs(starter)).map(({ id }) => id);
          const placed = choosePlaces(open, wanted, limit);
          open = open.map((one) => (placed.includes(one.id) ? { ...one, status: 'running' } : one));
          const working = open.filter(({ id }) => runs(id) && open.every(({ starter }) => starter !== id));
          expect(working.length).toBeLessThanOrEqual(limit);
          open = open.filter((one) => one !== working[0]);
        }
      }),
    );
  });

  it('are counted in common only where tasks may start tasks', () => {
    const roster = makeRoster();
    expect(sharesPlaces(makeState(roster))).toBe(true);
    expect(sharesPlaces(makeState(makeRoster({ maxDepth: 1 })))).toBe(false);
    expect(sharesPlaces(makeState(toTaskRoster(roster, 'worker')))).toBe(false);
    expect(sharesPlaces(makeState(roster, { depth: 1 }))).toBe(true);
  });
});
