/** A provider is asked the same thing again only where its answer was not stored. */
import { textOf } from '../support/message-text.ts';
import type { Json } from '../support/product-client.ts';
import type { ModelRequest } from './fault-provider.ts';
import { readMark } from './fault-provider.ts';
import { RETRY_AFTER_SECONDS } from './trouble.ts';

export interface RepeatedCalls {
  /** Asked again since the answer before was none. */
  afterTrouble: number;
  /** Asked again since whoever had asked was gone before the answer was stored. */
  afterLoss: number;
  violations: string[];
}

/** An attempt that was given up may store its answer while the next one already asks. */
const RACE_MS = 2000;

/** `transcripts`: everything that was said, in whichever conversation. */
export function checkRepeatedCalls(requests: readonly ModelRequest[], transcripts: Json[]): RepeatedCalls {
  const repeats: RepeatedCalls = { afterTrouble: 0, afterLoss: 0, violations: [] };
  const kept = new Map<string, { attempt: number; at: number }>();
  for (const message of transcripts) {
    const mark = message.role === 'assistant' ? readMark(textOf(message)) : null;
    if (mark !== null) kept.set(mark.content, { attempt: mark.attempt, at: Date.parse(message.createdAt) });
  }
  for (const request of requests) {
    if (request.attempt === 1) continue;
    const before = requests.find(
      ({ content, attempt }) => content === request.content && attempt === request.attempt - 1,
    );
    if (before?.trouble === 'rate_limited' && request.at - before.at < 1000 * RETRY_AFTER_SECONDS) {
      repeats.violations.push(`${request.content} was asked again before Retry-After was over`);
    }
    if ((before?.trouble ?? null) !== null) repeats.afterTrouble += 1;
    else repeats.afterLoss += 1;
    const stored = kept.get(request.content);
    const wasStored = stored !== undefined && stored.attempt < request.attempt;
    if (wasStored && stored.at < request.at - RACE_MS) {
      repeats.violations.push(
        `try ${stored.attempt} of ${request.content} (${request.tags.join()}) was stored, and it was asked again`,
      );
    }
  }
  return repeats;
}
