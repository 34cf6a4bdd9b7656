import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { ConnectionOptions } from '@temporalio/client';

const RESOURCE_EXHAUSTED = 8;

/**
 * A connection whose retries fit conversations: a query that meets a running workflow task gets
 * RESOURCE_EXHAUSTED, and the SDK's default would sleep a second or two where 30 ms are enough.
 */
export function connectGateway(options: ConnectionOptions): Promise<Connection> {
  const usual = defaultGrpcRetryOptions();
  return Connection.connect({
    ...options,
    interceptors: [
      makeGrpcRetryInterceptor({
        retryableDecider: (attempt, status) =>
          // Bounded by the call's deadline; a limit of calls per second may need a while.
          status.code === RESOURCE_EXHAUSTED ? attempt < 50 : usual.retryableDecider(attempt, status),
        delayFunction: (attempt, status) =>
          status.code === RESOURCE_EXHAUSTED
            ? Math.min(500, 30 * 1.3 ** (attempt - 1)) * (0.8 + Math.random() * 0.4)
            : usual.delayFunction(attempt, status),
      }),
      ...(options.interceptors ?? []),
    ],
  });
}
