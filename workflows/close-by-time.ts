/** A session that closes by itself. One timer for each limit and run: a turn costs none. */
import { condition, sleep } from '@temporalio/workflow';
import type { ConversationState } from '../core/conversation-state.ts';
import { isIdle } from '../core/is-idle.ts';
import { now } from './durable-clock.ts';

export function closeByTime(state: ConversationState, close: (reason: string) => void): void {
  const { idleTimeoutMs = null, maxDurationMs = null } = state.roster.session ?? {};
  if (idleTimeoutMs !== null) void closeWhenIdle(state, idleTimeoutMs, () => close('idle_timeout'));
  if (maxDurationMs !== null) {
    const left = state.startedAt + maxDurationMs - now();
    void sleepUntilDue(left, 'max_duration').then(() => close('max_duration'));
  }
}

/** The timer is not set anew with each event: when it is over, what is left since the last one is waited for. */
async function closeWhenIdle(state: ConversationState, timeoutMs: number, close: () => void): Promise<void> {
  const left = (): number => state.changedAt + timeoutMs - now();
  for (;;) {
    await condition(() => isIdle(state) || state.status !== 'open');
    if (state.status !== 'open') return;
    await sleepUntilDue(left(), 'idle_timeout');
    if (isIdle(state) && left() <= 0) close();
  }
}

/** Below a millisecond there is no timer. */
async function sleepUntilDue(milliseconds: number, summary: string): Promise<void> {
  await sleep(Math.max(1, milliseconds), { summary });
}
