import { once } from 'node:events';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';

/**
 * Runs calls to Temporal for the activity that asks, and ends them with it: a query that nobody answers, as the workflow's
 * own worker is the one that drains, would hold up the drain for as long as the server waits, or for good where the server
 * has lost it. Rejects with the activity's CancelledFailure then, and with the call's own failure after `milliseconds`.
 */
export async function withinActivity<T>(
  client: Client,
  milliseconds: number,
  call: () => Promise<T>,
): Promise<T> {
  const { cancellationSignal } = Context.current();
  cancellationSignal.throwIfAborted();
  const over = new AbortController();
  const cancelled = once(cancellationSignal, 'abort', { signal: over.signal }).then(() => {
    throw cancellationSignal.reason;
  });
  const calling = client.withAbortSignal(over.signal, () =>
    client.withDeadline(Date.now() + milliseconds, call),
  );
  try {
    // The client knows of the signal only while it calls, and not between two attempts.
    return await Promise.race([calling, cancelled]);
  } finally {
    over.abort();
  }
}
