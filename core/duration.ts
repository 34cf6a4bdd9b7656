/** Times as team files write them: `90s`, `2m30s`, `24h`, `7d`; a bare number is seconds. */

const UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g;

/** In milliseconds, at least 1; null where it is not a time above zero. */
export function parseDuration(written: string | number): number | null {
  const text = typeof written === 'number' ? `${written}s` : written.trim();
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+$/.test(text)) return null;
  let milliseconds = 0;
  for (const [, count, unit] of text.matchAll(PART)) {
    milliseconds += Number(count) * (UNITS[unit ?? ''] ?? 0);
  }
  return milliseconds > 0 && Number.isFinite(milliseconds) ? Math.max(1, Math.round(milliseconds)) : null;
}
