/** How a task ended that could not say so itself, read from the failure that its starter sees. */
import {
  ChildWorkflowFailure,
  isCancellation,
  TemporalFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { EventError } from '../protocol/events.ts';

export interface TaskEnd {
  status: 'failed' | 'cancelled';
  error: EventError | null;
}

/** Throws what is not a failure that Temporal reports: that is a bug. */
export function toEnd(error: unknown): TaskEnd {
  if (isCancellation(error)) return { status: 'cancelled', error: null };
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    return failed('task.already_started', 'A task with this id was started before.');
  }
  if (!(error instanceof TemporalFailure)) throw error;
  const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
  if (cause instanceof TerminatedFailure)
    return failed('task.terminated', 'The task was terminated from outside.');
  if (cause instanceof TimeoutFailure)
    return failed('task.timed_out', 'The task ran longer than a task may.');
  return failed('task.failed', cause?.message ?? error.message);
}

function failed(type: string, message: string): TaskEnd {
  return { status: 'failed', error: { type, message } };
}
