/**
 * The transcripts that this process read last, so that a turn reads what is new and not the whole conversation.
 * Rows up to the head that a run of a workflow has recorded do not change as long as that run lives: a reset takes
 * rows back, and is another run.
 */
import { LRUCache } from 'lru-cache';
import type { ConversationId } from '../protocol/ids.ts';
import { toWorkflowId } from '../protocol/ids.ts';
import { comparePlaces } from '../protocol/transcript.ts';
import type { Place, TranscriptRow } from '../protocol/transcript.ts';

/** Characters of JSON, in all transcripts together; the objects take two to three times as many bytes. */
const KEPT_CHARACTERS = 32 * 1024 * 1024;

interface RecentTranscript {
  run: string;
  head: Place;
  rows: readonly TranscriptRow[];
  size: number;
}

export class RecentTranscripts {
  readonly #recent: LRUCache<string, RecentTranscript>;

  constructor(keptCharacters = KEPT_CHARACTERS) {
    this.#recent = new LRUCache({ maxSize: keptCharacters, sizeCalculation: ({ size }) => size });
  }

  /** The rows up to `head`. `readAfter` gives those from a place (exclusive; null: from the first) to `head`. */
  async read(
    conversation: ConversationId,
    run: string,
    head: Place,
    readAfter: (place: Place | null) => Promise<TranscriptRow[]>,
  ): Promise<readonly TranscriptRow[]> {
    const key = toWorkflowId(conversation);
    const known = this.#recent.get(key);
    const isEarlier = known !== undefined && known.run === run && comparePlaces(known.head, head) <= 0;
    const before = isEarlier ? known : { rows: [], size: 1 };
    const fresh = await readAfter(isEarlier ? known.head : null);
    const rows = [...before.rows, ...fresh];
    this.#recent.set(key, { run, head, rows, size: before.size + JSON.stringify(fresh).length });
    return rows;
  }
}
