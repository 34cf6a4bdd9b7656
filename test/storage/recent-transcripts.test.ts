import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Place, TranscriptRow } from '../../protocol/transcript.ts';
import { RecentTranscripts } from '../../storage/recent-transcripts.ts';
import { makeRow } from '../../storage/transcript-row.ts';
import { inSession, textsOf } from './store-fixture.ts';

const conversation = inSession('ses_1');
let stored: TranscriptRow[];
let reads: (Place | null)[];

const say = (place: Place, text: string) => {
  const content = [{ type: 'text' as const, text }];
  stored.push(makeRow({ place, id: `m_${text}`, at: 1, role: 'user', kind: 'user', content }));
};
const read = async (recent: RecentTranscripts, run: string, head: Place) =>
  textsOf(
    await recent.read(conversation, run, head, (after) => {
      reads.push(after);
      const from = after === null ? 0 : stored.findIndex(({ place }) => String(place) === String(after)) + 1;
      return Promise.resolve(stored.slice(from));
    }),
  );

beforeEach(() => {
  stored = [];
  reads = [];
  say([1, 1, 0], 'one');
  say([1, 2, 0], 'two');
});

describe('the transcripts that were read last', () => {
  it('are read on from the head that a run knew', async () => {
    const recent = new RecentTranscripts();
    expect(await read(recent, 'run', [1, 2, 0])).toEqual(['one', 'two']);
    say([2, 1, 0], 'three');
    expect(await read(recent, 'run', [2, 1, 0])).toEqual(['one', 'two', 'three']);
    expect(reads).toEqual([null, [1, 2, 0]]);
  });

  it('are read anew by another run, which may have taken rows back', async () => {
    const recent = new RecentTranscripts();
    await read(recent, 'run', [1, 2, 0]);
    stored.pop();
    say([1, 2, 0], 'another two');
    expect(await read(recent, 'reset', [1, 2, 0])).toEqual(['one', 'another two']);
    expect(reads).toEqual([null, null]);
  });

  it('are read anew up to an earlier head: a repeat that comes late', async () => {
    const recent = new RecentTranscripts();
    await read(recent, 'run', [1, 2, 0]);
    await read(recent, 'run', [1, 1, 0]);
    expect(reads).toEqual([null, null]);
  });

  it('are forgotten when they are larger than what may be kept', async () => {
    const recent = new RecentTranscripts(100);
    await read(recent, 'run', [1, 2, 0]);
    expect(await read(recent, 'run', [1, 2, 0])).toEqual(['one', 'two']);
    expect(reads).toEqual([null, null]);
  });
});
