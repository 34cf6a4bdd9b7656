import { condition } from '@temporalio/workflow';
import { nextFollowUp, tellDueFollowUps } from '../core/follow-ups.ts';
import type { Conversation } from './conversation.ts';

/**
 * A timer for the follow-up that is due next, as long as there is one. What is scheduled goes along to a new run, which
 * makes its own timer.
 */
export async function keepFollowUps({ state, ports }: Conversation): Promise<void> {
  while (state.status === 'open') {
    tellDueFollowUps(state, ports);
    const next = nextFollowUp(state);
    const isOver = (): boolean => state.status !== 'open' || nextFollowUp(state) !== next;
    if (next === null) await condition(isOver);
    else await ports.until(isOver, next.dueAt - ports.now());
  }
}
