/** What goes wrong in an activity reaches history and people: it has a type and short words, and never content. */
import { log } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { Activities } from '../protocol/activities.ts';
import { STORE_AWAY } from '../protocol/failures.ts';
import { StoreAway } from '../storage/store-away.ts';
import { StoreError } from '../storage/store-error.ts';

type Activity = (request: never) => Promise<unknown>;

export function shieldFailures(activities: Activities): Activities {
  const shielded = Object.entries(activities).map(
    ([name, activity]) => [name, shield(activity as Activity)] as const,
  );
  return Object.fromEntries(shielded) as unknown as Activities;
}

function shield(activity: Activity): Activity {
  return async (request) => {
    try {
      return await activity(request);
    } catch (error) {
      throw toFailure(error);
    }
  };
}

function toFailure(error: unknown): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  // What the store refuses it refuses again; what it could not do may go well a moment later.
  if (error instanceof StoreError) {
    return ApplicationFailure.create({ type: error.type, message: error.message, nonRetryable: true });
  }
  if (error instanceof StoreAway) {
    log.warn('the store is away', { reason: error.message });
    return ApplicationFailure.create({ type: STORE_AWAY, message: 'The store did not answer.' });
  }
  const name = error instanceof Error ? error.name : typeof error;
  // Where it happened, without its message: that may quote what somebody said.
  const frames =
    error instanceof Error ? error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  log.error('an activity failed unexpectedly', { name, stack: frames?.join('\n') });
  return ApplicationFailure.create({
    type: 'activity.failed',
    message: `An internal step failed (${name}).`,
  });
}
