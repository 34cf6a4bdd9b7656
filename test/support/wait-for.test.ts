import { describe, expect, it } from '@jest/globals';
import { waitFor } from './wait-for.ts';

describe('waitFor', () => {
  it('returns the first value that is there', async () => {
    let looks = 0;
    const found = await waitFor(() => (++looks < 3 ? undefined : `look ${looks}`), { interval: 1 });
    expect(found).toBe('look 3');
  });

  it('takes an error for "not yet" and names it when the deadline passes', async () => {
    const cause = new Error('still starting');
    const waiting = waitFor(() => Promise.reject(cause), { deadline: 5, interval: 1, what: 'the server' });
    await expect(waiting).rejects.toMatchObject({ message: expect.stringContaining('the server'), cause });
  });
});
