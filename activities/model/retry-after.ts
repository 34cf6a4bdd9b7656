/** A server that asks for more is not waited for longer: the call's own time limit ends it before. */
const MAX_DELAY_MS = 3600_000;

/**
 * How long a provider asks to wait, in milliseconds: from `retry-after-ms`, or `Retry-After` in seconds or as a date.
 * Undefined when it does not say, or says nonsense.
 */
export function readRetryAfter(headers: Headers | undefined, now: number): number | undefined {
  const exact = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (isDelay(exact)) return limitDelay(exact);
  const text = headers?.get('retry-after') ?? '';
  const seconds = /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : NaN;
  if (isDelay(seconds * 1000)) return limitDelay(seconds * 1000);
  const until = Date.parse(text) - now;
  return isDelay(until) ? limitDelay(until) : undefined;
}

function isDelay(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

function limitDelay(value: number): number {
  return Math.min(Math.ceil(value), MAX_DELAY_MS);
}
