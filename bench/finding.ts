/** What a row of the table says: one number of ours, what it is held against, and the goal. */
import type { Goal } from './statistics.ts';
import { isMet } from './statistics.ts';

export interface Finding {
  /** The row that measured it. */
  row: string;
  what: string;
  unit: 'ms' | 'turns/s' | 'KiB' | 'sessions';
  ours: number;
  /** Of the peer, or of ourselves under other circumstances; null where there is nothing to compare with. */
  against: number | null;
  /** `ours / against`; null without the latter. */
  ratio: number | null;
  goal: Goal | null;
  /** Of the ratio where there is one, else of `ours`. Null without a goal. */
  met: boolean | null;
  samples: Record<string, number[]>;
}

export type Measured = Omit<Finding, 'row' | 'ratio' | 'met' | 'goal' | 'against'> & {
  against?: number;
  goal?: Goal;
};

export function toFinding(row: string, { against, goal, ...measured }: Measured): Finding {
  const ratio = against === undefined ? null : measured.ours / against;
  const met = goal === undefined ? null : isMet(ratio ?? measured.ours, goal);
  return { ...measured, row, against: against ?? null, ratio, goal: goal ?? null, met };
}
