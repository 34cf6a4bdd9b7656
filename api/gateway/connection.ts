import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { ConnectionOptions, GrpcRetryOptions } from '@temporalio/client';

const RESOURCE_EXHAUSTED = 8;
const TIMERS_MAY_BE_LATE_MS = 50;

/**
 * A connection whose retries fit conversations: a query that meets a running workflow task gets
 * RESOURCE_EXHAUSTED, and the SDK's default would sleep a second or two where 30 ms are enough.
 * It closes when the last retry that was begun has been made: one that found it closed would end the process.
 */
export async function connectGateway(options: ConnectionOptions): Promise<Connection> {
  let isOpen = true;
  let nextRetryAt = 0;
  const connection = await Connection.connect({
    ...options,
    interceptors: [
      makeGrpcRetryInterceptor({
        retryableDecider: (attempt, status) => isOpen && retries.retryableDecider(attempt, status),
        delayFunction(attempt, status) {
          const delay = retries.delayFunction(attempt, status);
          nextRetryAt = Math.max(nextRetryAt, Date.now() + delay);
          return delay;
        },
      }),
      ...(options.interceptors ?? []),
    ],
  });
  const close = connection.close.bind(connection);
  connection.close = async () => {
    isOpen = false;
    if (nextRetryAt > 0) await sleep(Math.max(0, nextRetryAt - Date.now()) + TIMERS_MAY_BE_LATE_MS);
    await close();
  };
  return connection;
}

const usual = defaultGrpcRetryOptions();
const retries: GrpcRetryOptions = {
  retryableDecider: (attempt, status) =>
    // Bounded by the call's deadline; a limit of calls per second may need a while.
    status.code === RESOURCE_EXHAUSTED ? attempt < 50 : usual.retryableDecider(attempt, status),
  delayFunction: (attempt, status) =>
    status.code === RESOURCE_EXHAUSTED
      ? Math.min(500, 30 * 1.3 ** (attempt - 1)) * (0.8 + Math.random() * 0.4)
      : usual.delayFunction(attempt, status),
};
