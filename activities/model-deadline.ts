import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

/** Spec: "A conversation's call is tried for up to 5 minutes, a task's for an hour". */
const TRIED_FOR_MS = { conversation: 5 * 60_000, task: 60 * 60_000 };

/** The same failure while there is time for another try, else one that is not retried, with the last one's words. */
export function endWhenOverdue(error: unknown, task: string | null): unknown {
  if (!(error instanceof ApplicationFailure) || error.nonRetryable === true) return error;
  const limit = task === null ? TRIED_FOR_MS.conversation : TRIED_FOR_MS.task;
  if (Date.now() - activityInfo().scheduledTimestampMs < limit) return error;
  return ApplicationFailure.create({
    type: 'model.timed_out',
    message: `It did not get better for ${limit / 60_000} minutes: ${error.message}`,
    nonRetryable: true,
  });
}
