import { setInterval } from 'node:timers/promises';
import type { Worker } from '@temporalio/worker';

const LOOK_EVERY_MS = 1_000;

type Runnable = Pick<Worker, 'run' | 'getState'> & { options: { taskQueue: string } };

/**
 * Runs a worker to its end, and rejects when it has failed: Temporal refused its polls for a minute, say. The SDK's own
 * `run()` may never tell it: it waits for its core to end, which waits for polls that nobody makes any more. Why, the SDK
 * has said to its logger.
 */
export async function runWorker(worker: Runnable): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([worker.run(), untilFailed(worker, over.signal)]);
  } catch (cause) {
    throw new Error(`that of the queue ${worker.options.taskQueue} has failed, and the log says why`, {
      cause,
    });
  } finally {
    over.abort();
  }
}

async function untilFailed(worker: Runnable, signal: AbortSignal): Promise<void> {
  const looks = setInterval(LOOK_EVERY_MS, undefined, { signal, ref: false });
  for await (const _ of looks) if (worker.getState() === 'FAILED') throw new Error('FAILED');
}
