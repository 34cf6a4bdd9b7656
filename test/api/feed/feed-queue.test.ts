import { describe, expect, it } from '@jest/globals';
import { toLiveItem } from '../../../api/feed/feed-item.ts';
import type { FeedItem } from '../../../api/feed/feed-item.ts';
import { FeedQueue } from '../../../api/feed/feed-queue.ts';

const MIB = 1024 * 1024;
const delta = (size: number): FeedItem =>
  toLiveItem({ type: 'delta', turn: 1, step: 1, attempt: 1, kind: 'text', text: 'x'.repeat(size) });

describe('what waits for a reader', () => {
  it('is given in order, all at once, and then there is room again', async () => {
    const queue = new FeedQueue();
    for (let round = 0; round < 5; round += 1) {
      const items = [delta(300_000), delta(300_000), delta(300_000)];
      for (const item of items) queue.push(item);
      expect(await queue.take()).toEqual(items);
    }
    expect(queue.overflow.aborted).toBe(false);
  });

  it('is never more than a mebibyte: with what is too much the reader is cut off, and nothing is kept for it', async () => {
    const queue = new FeedQueue();
    const item = delta(10_000);
    let pushed = 0;
    while (!queue.overflow.aborted && pushed < 1000) {
      queue.push(item);
      pushed += 1;
    }
    expect(pushed).toBe(Math.floor(MIB / item.json.length) + 1);
    queue.push(item);
    expect(await queue.take()).toBeNull();
  });

  it('is still read after the end, and wakes who waits for it', async () => {
    const queue = new FeedQueue();
    const waiting = queue.take();
    const item = delta(1);
    queue.push(item);
    expect(await waiting).toEqual([item]);
    queue.push(item);
    queue.end();
    queue.push(delta(2));
    expect([await queue.take(), await queue.take()]).toEqual([[item], null]);
  });
});
