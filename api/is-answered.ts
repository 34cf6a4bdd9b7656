import { setTimeout as sleep } from 'node:timers/promises';

/** A probe is to be answered soon, whatever does not answer it. */
const WITHIN_MS = 3_000;

/** Whether it went well, and in time. */
export async function isAnswered(question: Promise<unknown>): Promise<boolean> {
  const tooLate = new AbortController();
  const answers = question.then(
    () => true,
    () => false,
  );
  const waits = sleep(WITHIN_MS, false, { signal: tooLate.signal }).catch(() => false);
  const isOk = await Promise.race([answers, waits]);
  tooLate.abort();
  return isOk;
}
