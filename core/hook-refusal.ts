import type { HookEnd } from '../protocol/hook-runs.ts';
import type { Hook } from '../protocol/hooks.ts';

/** Why there is to be no session after this end of a hook; null: it goes on. */
export function toRefusal(
  { name, onError }: Pick<Hook, 'name' | 'onError'>,
  { status, error, reason }: HookEnd,
): string | null {
  if (status === 'terminated') return reason;
  if (status !== 'failed' || onError === 'continue') return null;
  return `${name}, which runs before the session, failed: ${error?.message ?? 'no reason is known'}`;
}
