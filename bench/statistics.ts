/** What is computed from samples. Pure. */

/** Linear between the two nearest ranks; `share` from 0 to 1. Throws without samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const rank = (sorted.length - 1) * share;
  const below = sorted[Math.floor(rank)];
  const above = sorted[Math.ceil(rank)];
  if (below === undefined || above === undefined)
    throw new Error('There are no samples to take a percentile of');
  return below + (above - below) * (rank - Math.floor(rank));
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

/** `atMost` and `atLeast` are part of the goal. */
export type Goal = { atMost: number } | { atLeast: number };

export function isMet(value: number, goal: Goal): boolean {
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
}
