/** `limits:` of a team file, with the defaults for what it leaves out. */
import { z } from 'zod';
import { limitsFileSchema } from '../../protocol/schemas/team-file.ts';
import { DEFAULT_LIMITS } from '../../protocol/team.ts';
import type { Limits } from '../../protocol/team.ts';
import { parseDuration } from '../../core/duration.ts';
import { compileBudget } from './compile-budget.ts';
import type { FindingsReport, Path } from './finding.ts';
import { readMap } from './read-shape.ts';

/** The budget has a reader of its own. */
const openLimitsSchema = limitsFileSchema.extend({ budget: z.unknown() });

export function compileLimits(value: unknown, report: FindingsReport): Limits {
  if (value === undefined || value === null) return { ...DEFAULT_LIMITS };
  const path = ['limits'];
  const written = readMap(openLimitsSchema, value, path, report);
  if (written.max_running_tasks !== undefined && written.max_concurrent_tasks !== undefined) {
    report.error(
      [...path, 'max_concurrent_tasks'],
      'is another name of max_running_tasks; keep one of the two',
      'key',
    );
  }
  const defaults = DEFAULT_LIMITS;
  const budget = compileBudget(written.budget, [...path, 'budget'], report);
  return {
    maxDepth: written.max_depth ?? defaults.maxDepth,
    allowCycles: written.allow_cycles ?? defaults.allowCycles,
    maxRunningTasks: written.max_running_tasks ?? written.max_concurrent_tasks ?? defaults.maxRunningTasks,
    maxUnfinishedTasks: written.max_unfinished_tasks ?? defaults.maxUnfinishedTasks,
    maxTreeTasks: written.max_tree_tasks ?? defaults.maxTreeTasks,
    maxTaskTimeMs:
      readDuration(written.max_task_time, [...path, 'max_task_time'], report) ?? defaults.maxTaskTimeMs,
    wrapUpTimeoutMs:
      readDuration(written.wrap_up_timeout, [...path, 'wrap_up_timeout'], report) ?? defaults.wrapUpTimeoutMs,
    maxToolCallsPerStep: written.max_tool_calls_per_step ?? defaults.maxToolCallsPerStep,
    maxHandoffsPerTurn: written.max_handoffs_per_turn ?? defaults.maxHandoffsPerTurn,
    modelIdleTimeoutMs:
      readDuration(written.model_idle_timeout, [...path, 'model_idle_timeout'], report) ??
      defaults.modelIdleTimeoutMs,
    ...(budget === undefined ? {} : { budget }),
  };
}

/** Null where nothing is written, or something that is not a time, which is reported. */
export function readDuration(
  written: string | number | undefined,
  path: Path,
  report: FindingsReport,
): number | null {
  if (written === undefined) return null;
  const milliseconds = parseDuration(written);
  if (milliseconds === null) {
    report.error(path, `${JSON.stringify(written)} is not a time; write one such as 30s, 10m, 24h or 7d`);
  }
  return milliseconds;
}
