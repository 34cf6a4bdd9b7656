import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcDeadlineError, isGrpcServiceError, QueryNotRegisteredError } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { WorkflowNotFoundError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { TemporalAway } from './failures.ts';

/**
 * Cancelled, unknown, deadline, denied, exhausted, precondition, aborted, internal, unavailable, unauthenticated: try
 * again later. Whether we may ask is an operator's matter, and no answer to whoever asked us.
 */
const AWAY = new Set([1, 2, 4, 7, 8, 9, 10, 13, 14, 16]);

/**
 * Runs calls to Temporal that must have an answer by then; TemporalAway otherwise. The call's own deadline is not
 * enough: between two attempts the client sleeps, and looks at the clock only when it wakes.
 */
export async function withinDeadline<T>(
  connection: Connection,
  { milliseconds, what }: { milliseconds: number; what: string },
  call: () => Promise<T>,
): Promise<T> {
  const timer = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: timer.signal }).then(() => {
    throw new TemporalAway(what);
  });
  try {
    return await Promise.race([connection.withDeadline(Date.now() + milliseconds, call), late]);
  } catch (error) {
    throw isAway(error) ? new TemporalAway(what, { cause: error }) : error;
  } finally {
    late.catch(() => undefined);
    timer.abort();
  }
}

/** FAILED_PRECONDITION is the server's answer to a query when no worker has polled for a while. */
export function isAway(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(error)) return true;
  if (error instanceof NamespaceNotFoundError) return true;
  if (error instanceof WorkflowNotFoundError || error instanceof QueryNotRegisteredError) return false;
  const service = isGrpcServiceError(error) ? error : error instanceof Error ? error.cause : undefined;
  return isGrpcServiceError(service) && AWAY.has(service.code);
}
