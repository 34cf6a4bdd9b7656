import { describe, expect, it } from '@jest/globals';
import { readNotices } from '../../core/notices.ts';

const at = { offset: 1, at: 0 };

describe('how far the ends of tasks were told', () => {
  it('is what the last event of each says', () => {
    const delivered = { ...at, type: 'completion.delivered' as const, by: 'notice' as const };
    const notices = readNotices([
      { ...delivered, tasks: ['a', 'b'], turn: 2 },
      { ...at, type: 'completion.spoken', tasks: ['a'], message: 'm' },
      { ...delivered, tasks: ['c'], turn: 3 },
    ]);
    expect(Object.fromEntries(notices)).toEqual({
      a: { state: 'spoken', turn: 2, message: 'm' },
      b: { state: 'delivered', turn: 2, message: null },
      c: { state: 'delivered', turn: 3, message: null },
    });
  });
});
