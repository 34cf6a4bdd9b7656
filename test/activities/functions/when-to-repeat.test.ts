import { describe, expect, it } from '@jest/globals';
import { whenToRepeat } from '../../../activities/functions/when-to-repeat.ts';

describe('another attempt of a function', () => {
  it.each([
    ['follows soon where somebody waits', { attempt: 1, leftMs: 9000 }, 200],
    ['follows later each time', { attempt: 3, leftMs: 9000 }, 800],
    ['does not follow beyond the wait', { attempt: 4, leftMs: 1000 }, null],
    ['follows at leisure where nobody waits', { attempt: 2, leftMs: null }, 2000],
    ['waits as long as it is asked to', { attempt: 1, leftMs: null, retryAfterMs: 45_000 }, 45_000],
    ['does not follow the sixth', { attempt: 6, leftMs: null }, null],
    ['does not follow what cannot help', { attempt: 1, leftMs: null, mayRepeat: false }, null],
  ])('%s', (_name, failed, delay) => {
    expect(whenToRepeat({ mayRepeat: true, ...failed })).toBe(delay);
  });
});
