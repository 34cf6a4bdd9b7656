/** Attempts of a function that nobody waits for, or that fail at once. */
const ATTEMPTS = 6;
const FIRST_DELAY_MS = { awaited: 200, other: 1_000 };
const LONGEST_DELAY_MS = { awaited: 2_000, other: 30_000 };

export interface FailedAttempt {
  mayRepeat: boolean;
  /** From 1. */
  attempt: number;
  /** What is left of the time that somebody waits; null: nobody does. */
  leftMs: number | null;
  /** As the receiver asks. */
  retryAfterMs?: number;
}

/** In how many milliseconds the next attempt begins; null: it was the last one. */
export function whenToRepeat({ mayRepeat, attempt, leftMs, retryAfterMs }: FailedAttempt): number | null {
  if (!mayRepeat || attempt >= ATTEMPTS) return null;
  const kind = leftMs === null ? 'other' : 'awaited';
  const usual = Math.min(FIRST_DELAY_MS[kind] * 2 ** (attempt - 1), LONGEST_DELAY_MS[kind]);
  const delay = Math.max(usual, retryAfterMs ?? 0);
  return leftMs !== null && delay >= leftMs ? null : delay;
}
