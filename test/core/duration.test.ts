import { describe, expect, it } from '@jest/globals';
import { parseDuration } from '../../core/duration.ts';

describe('a time in a team file', () => {
  it.each([
    ['30s', 30_000],
    ['2m30s', 150_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['1µs', 1],
    [90, 90_000],
    [' 5m ', 300_000],
  ])('%j is %d milliseconds', (written, milliseconds) => {
    expect(parseDuration(written)).toBe(milliseconds);
  });

  it.each(['', 'soon', '5', '5 m', '-5s', '0s', '5w', 0, -1, Number.POSITIVE_INFINITY])(
    '%j is none',
    (written) => {
      expect(parseDuration(written)).toBeNull();
    },
  );
});
