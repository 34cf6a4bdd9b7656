import type { EventError } from '../protocol/events.ts';
import type { TaskRecord } from './conversation-state.ts';

/** Why a hook's task left no answer; null: it did. */
export function toHookFailure(
  { status, error }: Pick<TaskRecord, 'status' | 'error'>,
  { isInTime, isStopped, timeoutMs }: { isInTime: boolean; isStopped: boolean; timeoutMs: number },
): { status: 'failed' | 'cancelled'; error: EventError | null } | null {
  if (status === 'completed') return null;
  if (!isInTime) return fail('hook.timed_out', `It took longer than ${timeoutMs / 1000} s.`);
  if (isStopped) return { status: 'cancelled', error: null };
  if (status === 'cancelled') return fail('hook.stopped', 'Its task was stopped.');
  return { status: 'failed', error: error ?? { type: 'hook.failed', message: 'Its task failed.' } };
}

function fail(type: string, message: string): { status: 'failed'; error: EventError } {
  return { status: 'failed', error: { type, message } };
}
