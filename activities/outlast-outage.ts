import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { StoreAway } from '../storage/store-away.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Repeats `work` while the store is away, so that what a model or a tool has done already is not done again for the
 * sake of a store. Gives up with the activity: on a worker's shutdown, a timeout or a cancellation it throws StoreAway.
 */
export async function outlastOutage<T>(work: () => Promise<T>): Promise<T> {
  const { cancellationSignal } = Context.current();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreAway) || cancellationSignal.aborted) throw error;
      // A pause that is cut short gives the work a last try.
      await sleep(pause, undefined, { signal: cancellationSignal }).catch(() => undefined);
    }
  }
}
