import { asyncLocalStorage } from '@temporalio/activity';
import type { Context } from '@temporalio/activity';

/** Runs code as if in an activity that `cancellationSignal` ends. */
export function runInActivity<T>(
  run: () => T,
  cancellationSignal: AbortSignal = new AbortController().signal,
): T {
  return asyncLocalStorage.run({ cancellationSignal } as Context, run);
}
