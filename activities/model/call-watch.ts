import { IdleTimeout } from './stream-failures.ts';

/** The longest that `setTimeout` can wait. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

export interface CallWatch {
  /** Aborts when the caller's signal does, when the provider falls silent, or by {@link CallWatch.close}. */
  signal: AbortSignal;
  /** A byte has come: the silence begins anew. */
  touch: () => void;
  /** What really ended the call: the abort's reason or the silence, where one of them was first, else `error`. */
  explain: (error: unknown) => unknown;
  /** Ends the watch, and the connection too where `abort` is set. */
  close: (abort: boolean) => void;
}

/** Watches one request for an abort and for silence. */
export function watchCall(signal: AbortSignal, idleTimeoutMs: number): CallWatch {
  const controller = new AbortController();
  let silence: IdleTimeout | null = null;
  let timer: NodeJS.Timeout | undefined;

  const onAbort = (): void => controller.abort(signal.reason);
  const onSilence = (): void => {
    if (signal.aborted) return;
    silence = new IdleTimeout(idleTimeoutMs);
    controller.abort(silence);
  };
  const touch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onSilence, Math.min(idleTimeoutMs, MAX_TIMER_MS));
  };

  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  touch();

  return {
    signal: controller.signal,
    touch,
    explain: (error) => silence ?? (signal.aborted ? signal.reason : error),
    close(abort) {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      if (abort) controller.abort();
    },
  };
}
