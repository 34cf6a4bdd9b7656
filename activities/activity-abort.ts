/** The two ways by which running work is told to stop, and what each of them means. */
import { Context } from '@temporalio/activity';
import type { Bus } from '../bus/bus.ts';
import { toControlTopic } from '../bus/bus.ts';
import type { ConversationId } from '../protocol/ids.ts';

export interface ActivityAbort {
  /** Aborted by Temporal (with the next heartbeat) or at once by the bus. */
  signal: AbortSignal;
  /** True when the work is to end with what there is; false when the worker shuts down and another one repeats it. */
  isInterrupted(): boolean;
  close(): void;
}

/** An order on the bus was accepted before, so it is in history: the activity may end normally at once. */
export function watchAbort(bus: Bus, work: ConversationId & { turn: number }): ActivityAbort {
  const context = Context.current();
  const controller = new AbortController();
  let ordered = false;
  const onCancelled = (): void => controller.abort(context.cancellationSignal.reason);
  if (context.cancellationSignal.aborted) onCancelled();
  else context.cancellationSignal.addEventListener('abort', onCancelled, { once: true });
  const unsubscribe = bus.subscribe(toControlTopic(work), (message) => {
    if (message.turn !== null && message.turn !== work.turn) return;
    ordered = true;
    controller.abort(new Error('interrupted'));
  });
  return {
    signal: controller.signal,
    isInterrupted: () => ordered || context.cancellationDetails?.cancelRequested === true,
    close() {
      unsubscribe();
      context.cancellationSignal.removeEventListener('abort', onCancelled);
    },
  };
}

/** Heartbeats by timer: they carry a cancellation back, and tell Temporal that the worker lives. */
export async function withHeartbeat<T>(intervalMs: number, run: () => Promise<T>): Promise<T> {
  const context = Context.current();
  context.heartbeat();
  const timer = setInterval(() => context.heartbeat(), intervalMs);
  try {
    return await run();
  } finally {
    clearInterval(timer);
  }
}

/** The spec's intervals: a conversation's work is interrupted by people, a task's seldom. */
export function heartbeatInterval(task: string | null): number {
  return task === null ? 2_000 : 5_000;
}
