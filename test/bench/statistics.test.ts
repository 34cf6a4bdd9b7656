import { describe, expect, it } from '@jest/globals';
import { toFinding } from '../../bench/finding.ts';
import { renderTable } from '../../bench/render-table.ts';
import { isMet, median, percentile } from '../../bench/statistics.ts';

describe('a percentile', () => {
  it('is a sample where the rank falls on one, whatever the order of the samples', () => {
    expect(percentile([30, 10, 20], 0)).toBe(10);
    expect(percentile([30, 10, 20], 0.5)).toBe(20);
    expect(percentile([30, 10, 20], 1)).toBe(30);
  });

  it('lies between the two nearest samples where the rank falls between them', () => {
    expect(median([1, 2, 3, 10])).toBe(2.5);
    expect(percentile([0, 100], 0.99)).toBe(99);
  });

  it('leaves the samples as they are', () => {
    const samples = [3, 1, 2];
    median(samples);
    expect(samples).toEqual([3, 1, 2]);
  });

  it('needs a sample', () => {
    expect(() => median([])).toThrow('no samples');
  });
});

describe('a goal', () => {
  it('includes its bound, in both directions', () => {
    expect([isMet(1.1, { atMost: 1.1 }), isMet(1.11, { atMost: 1.1 })]).toEqual([true, false]);
    expect([isMet(0.9, { atLeast: 0.9 }), isMet(0.89, { atLeast: 0.9 })]).toEqual([true, false]);
  });
});

describe('a finding', () => {
  const measured = { what: 'a turn', unit: 'ms' as const, ours: 30, samples: {} };

  it('holds its goal against the ratio where there is something to compare with', () => {
    const finding = toFinding('row', { ...measured, against: 20, goal: { atMost: 1.1 } });
    expect(finding).toMatchObject({ row: 'row', against: 20, ratio: 1.5, met: false });
  });

  it('holds its goal against the number itself where there is not', () => {
    expect(toFinding('row', { ...measured, goal: { atMost: 60 } })).toMatchObject({ ratio: null, met: true });
  });

  it('is a line of the table', () => {
    const compared = toFinding('row', { ...measured, against: 20, goal: { atMost: 1.1 } });
    const reported = toFinding('row', { ...measured, ours: 329.4, unit: 'KiB' });
    expect(renderTable([compared, reported]).split('\n').slice(2, 4)).toEqual([
      '| a turn | 30.0 ms | 20.0 ms | 1.50× | ≤ 1.1× | **no** |',
      '| a turn | 329 KiB | – | – | reported | – |',
    ]);
  });
});
