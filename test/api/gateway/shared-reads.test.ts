import { describe, expect, it } from '@jest/globals';
import { SharedReads } from '../../../api/gateway/shared-reads.ts';
import type { ConversationRead } from '../../../protocol/session-messages.ts';
import { defer } from '../../support/deferred.ts';

/** A workflow with events 1 to `head`, which gives pages of two. */
function answer(from: number, head: number): ConversationRead {
  const offsets = Array.from({ length: head }, (_, index) => index + 1).filter((offset) => offset >= from);
  const events = offsets.slice(0, 2).map((offset) => ({ offset }));
  return {
    view: { offset: head },
    events,
    firstOffset: 1,
    unstored: [],
    waiting: [],
  } as unknown as ConversationRead;
}

const offsetsOf = (read: ConversationRead) => read.events.map(({ offset }) => offset);

describe('reads of one conversation', () => {
  it('are one query at a time; those who come meanwhile share the next one, never one that had begun', async () => {
    const asked: number[] = [];
    const gates = [defer(), defer()];
    const reads = new SharedReads(async (_id, from) => {
      asked.push(from);
      const head = asked.length * 10;
      await gates[asked.length - 1]?.promise;
      return answer(from, head);
    });
    const first = reads.read('a', 1);
    const second = reads.read('a', 11);
    const third = reads.read('a', 12);
    expect(asked).toEqual([1]);
    gates[0]?.resolve();
    expect((await first).view.offset).toBe(10);
    gates[1]?.resolve();
    expect(offsetsOf(await second)).toEqual([11, 12]);
    expect(offsetsOf(await third)).toEqual([12]);
    expect(asked).toEqual([1, 11]);
  });

  it('ask again for those whose events were beyond the page', async () => {
    const gate = defer();
    const asked: number[] = [];
    const reads = new SharedReads(async (_id, from) => {
      asked.push(from);
      await gate.promise;
      return answer(from, 9);
    });
    const all = [reads.read('a', 1), reads.read('a', 3), reads.read('a', 8), reads.read('a', 100)];
    gate.resolve();
    expect((await Promise.all(all)).map(offsetsOf)).toEqual([[1, 2], [3, 4], [8, 9], []]);
    expect(asked).toEqual([1, 3, 8]);
  });

  it('fail together, and the next one is asked anew', async () => {
    let failing = true;
    const reads = new SharedReads((_id, from) =>
      failing ? Promise.reject(new Error('away')) : Promise.resolve(answer(from, 1)),
    );
    await expect(reads.read('a', 1)).rejects.toThrow('away');
    failing = false;
    expect(offsetsOf(await reads.read('a', 1))).toEqual([1]);
  });

  it('of other conversations do not wait', async () => {
    const reads = new SharedReads((id, from) =>
      id === 'stuck' ? new Promise(() => undefined) : Promise.resolve(answer(from, 1)),
    );
    void reads.read('stuck', 1);
    expect(offsetsOf(await reads.read('other', 1))).toEqual([1]);
  });
});
