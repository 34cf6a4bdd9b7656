import type { TaskRecord } from '../../storage/task-store.ts';

/** The task and all below it. */
export function findSubtree(records: readonly TaskRecord[], root: string): string[] {
  const found = new Set([root]);
  // Those who start others are older, so one pass sees every starter before what it started.
  for (const record of records)
    if (record.starter !== null && found.has(record.starter)) found.add(record.id);
  return [...found];
}
