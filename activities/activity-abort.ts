/** The two ways by which running work is told to stop, and what each of them means. */
import { Context } from '@temporalio/activity';
import { toControlTopic } from '../bus/bus.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { StoppedWork } from './activity-observer.ts';
import type { ActivityDependencies } from './dependencies.ts';

export interface ActivityAbort {
  /** Aborted by Temporal (with the next heartbeat) or at once by the bus. */
  signal: AbortSignal;
  /** True when the work is to end with what there is; false when the worker shuts down and another one repeats it. */
  isInterrupted(): boolean;
  close(): void;
}

/** An order on the bus was accepted before, so it is in history: the activity may end normally at once. */
export function watchAbort(
  { bus, observer }: Pick<ActivityDependencies, 'bus' | 'observer'>,
  work: ConversationId & { turn: number },
): ActivityAbort {
  const context = Context.current();
  const controller = new AbortController();
  const isCancelled = (): boolean => context.cancellationDetails?.cancelRequested === true;
  let ordered = false;
  const stop = (by: StoppedWork['by'], reason: unknown): void => {
    if (controller.signal.aborted) return;
    const { workspace, session, task, turn } = work;
    observer.workStopped({ conversation: { workspace, session, task }, turn, by });
    controller.abort(reason);
  };
  const onCancelled = (): void => {
    const { reason } = context.cancellationSignal;
    if (isCancelled()) stop('heartbeat', reason);
    else controller.abort(reason);
  };
  if (context.cancellationSignal.aborted) onCancelled();
  else context.cancellationSignal.addEventListener('abort', onCancelled, { once: true });
  const unsubscribe = bus.subscribe(toControlTopic(work), (message) => {
    if (message.turn !== null && message.turn !== work.turn) return;
    ordered = true;
    stop('bus', new Error('interrupted'));
  });
  return {
    signal: controller.signal,
    isInterrupted: () => ordered || isCancelled(),
    close() {
      unsubscribe();
      context.cancellationSignal.removeEventListener('abort', onCancelled);
    },
  };
}

/**
 * Heartbeats by timer: they carry a cancellation back, and tell Temporal that the worker lives. None at the beginning,
 * which nobody can have cancelled yet: each is a write for Temporal, and most work is over before the first one. Until
 * then the server counts from the start of the activity: a worker that dies before it is missed as early as any other.
 */
export async function withHeartbeat<T>(intervalMs: number, run: () => Promise<T>): Promise<T> {
  const context = Context.current();
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
