/** What goes wrong in an activity reaches history and people: it has a type and short words, and never content. */
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { Activities } from '../protocol/activities.ts';
import { STORE_AWAY } from '../protocol/failures.ts';
import { StoreAway } from '../storage/store-away.ts';
import { StoreError } from '../storage/store-error.ts';
import type { ActivityObserver, EndedActivity } from './activity-observer.ts';
import { currentConversation } from './current-run.ts';

type Activity = (request: never) => Promise<unknown>;

/** `observer` hears of every end. */
export function shieldFailures(activities: Activities, observer: ActivityObserver): Activities {
  const shielded = Object.entries(activities).map(
    ([name, activity]) => [name, shield(name as keyof Activities, activity as Activity, observer)] as const,
  );
  return Object.fromEntries(shielded) as unknown as Activities;
}

function shield(activity: keyof Activities, run: Activity, observer: ActivityObserver): Activity {
  return async (request) => {
    const begin = performance.now();
    const tellEnd = (end: Pick<EndedActivity, 'failure' | 'unexpected'>): void => {
      const { attempt } = activityInfo();
      const ms = Math.round(performance.now() - begin);
      const conversation = currentConversation();
      observer.activityEnded({ activity, conversation, ...placeOf(request), attempt, ms, ...end });
    };
    try {
      const result = await run(request);
      tellEnd({ failure: null, unexpected: null });
      return result;
    } catch (error) {
      const failure = toFailure(error);
      const type = failure instanceof CancelledFailure ? 'cancelled' : (failure.type ?? UNEXPECTED);
      tellEnd({ failure: type, unexpected: failure !== error && type === UNEXPECTED ? locate(error) : null });
      throw failure;
    }
  };
}

function placeOf(request: { turn?: number; step?: number }): Pick<EndedActivity, 'turn' | 'step'> {
  const { turn, step } = request;
  return { ...(turn === undefined ? {} : { turn }), ...(step === undefined ? {} : { step }) };
}

const UNEXPECTED = 'activity.failed';

function toFailure(error: unknown): ApplicationFailure | CancelledFailure {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  // What the store refuses it refuses again; what it could not do may go well a moment later.
  if (error instanceof StoreError) {
    return ApplicationFailure.create({ type: error.type, message: error.message, nonRetryable: true });
  }
  if (error instanceof StoreAway) {
    return ApplicationFailure.create({ type: STORE_AWAY, message: 'The store did not answer.' });
  }
  return ApplicationFailure.create({
    type: UNEXPECTED,
    message: `An internal step failed (${nameOf(error)}).`,
  });
}

/** Where it happened, without its message: that may quote what somebody said. */
function locate(error: unknown): { name: string; stack: string } {
  const lines = error instanceof Error ? (error.stack?.split('\n') ?? []) : [];
  return { name: nameOf(error), stack: lines.filter((line) => /^\s+at /.test(line)).join('\n') };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
