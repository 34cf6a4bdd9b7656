import { Context } from '@temporalio/activity';
import type { FunctionRequest } from '../../protocol/function.ts';
import { watchAbort } from '../activity-abort.ts';
import type { ActivityAbort } from '../activity-abort.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/** A call that its turn waits for ends with the turn, at once; any other one when Temporal says so. */
export function watchCancellation(
  dependencies: ActivityDependencies,
  { workspace, session, task, ...request }: FunctionRequest,
): ActivityAbort {
  const { isAwaited, call } = request;
  if (isAwaited && call !== undefined)
    return watchAbort(dependencies, { workspace, session, task, turn: call.turn });
  const context = Context.current();
  return {
    signal: context.cancellationSignal,
    isInterrupted: () => context.cancellationDetails?.cancelRequested === true,
    close: () => undefined,
  };
}
