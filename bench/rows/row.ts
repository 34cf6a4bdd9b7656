/** A row of the table: something that is measured, alone or with `--only`. */
import type { Measured } from '../finding.ts';
import type { BenchSite } from '../site/bench-site.ts';

export interface RowOptions {
  /** A share of the samples, from 0 to 1. */
  size: number;
  report: (line: string) => void;
  /** Takes what was measured, as soon as it is. */
  found: (...measured: Measured[]) => void;
}

export interface Row {
  name: string;
  measure(site: BenchSite, options: RowOptions): Promise<void>;
}

/** So many samples in a full run, `least` at least. */
export function countSamples({ size }: Pick<RowOptions, 'size'>, full: number, least = 3): number {
  return Math.max(least, Math.round(full * size));
}
