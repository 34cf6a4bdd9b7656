import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** Milliseconds after which waiting fails. Generous on purpose: it is a safety net, never an assertion. */
  deadline?: number;
  /** Milliseconds between two looks. */
  interval?: number;
  /** What is waited for, for the error; a function is asked when the deadline has passed. */
  what?: string | (() => string);
}

/**
 * Asks `look` until it returns something other than undefined, null or false, and returns that.
 * An error that `look` throws counts as "not yet"; the last one is the cause when the deadline passes.
 */
export async function waitFor<T>(
  look: () => T | Promise<T>,
  { deadline = 30_000, interval = 25, what = 'the condition' }: WaitOptions = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const end = Date.now() + deadline;
  let lastError: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== null && found !== false) {
        return found as NonNullable<Exclude<T, false>>;
      }
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() >= end) {
      const missed = typeof what === 'string' ? what : what();
      throw new Error(`Waited ${deadline} ms for ${missed}, in vain`, { cause: lastError });
    }
    await sleep(interval);
  }
}
