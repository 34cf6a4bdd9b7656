/** Finds the keys of a file that are understood and have no effect yet. */
import type { FindingsReport, Path } from './finding.ts';
import { KEYS_WITHOUT_EFFECT } from './what-exists.ts';

export function warnOfAbsentKeys(file: unknown, report: FindingsReport): void {
  for (const [pattern, reason] of KEYS_WITHOUT_EFFECT) {
    for (const path of findPaths(file, pattern.split('.'), [])) {
      report.warn(path, `${String(path.at(-1))} is left out: ${reason}`);
    }
  }
}

function findPaths(value: unknown, pattern: readonly string[], way: Path): Path[] {
  const [part, ...rest] = pattern;
  if (part === undefined) return value === undefined || value === null ? [] : [way];
  if (typeof value !== 'object' || value === null) return [];
  const inner = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item] as const)
    : Object.entries(value);
  return inner
    .filter(([key]) => part === '*' || part === key)
    .flatMap(([key, child]) => findPaths(child, rest, [...way, key]));
}
