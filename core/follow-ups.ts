/** Turns that the agent has asked for at a time. Spec: hooks-and-functions.md, "Built-in functions". */
import type { ConversationState } from './conversation-state.ts';
import type { FollowUp } from './function-state.ts';
import type { TurnPorts } from './ports.ts';

/** The next one that waits for its time; null: there is none. */
export function nextFollowUp(state: ConversationState): FollowUp | null {
  const waiting = state.followUps.filter(({ isDue }) => !isDue);
  return waiting.reduce<FollowUp | null>(
    (next, followUp) => (next === null || followUp.dueAt < next.dueAt ? followUp : next),
    null,
  );
}

/** Brings those whose time has come into the inbox, the earliest first. */
export function tellDueFollowUps(state: ConversationState, ports: Pick<TurnPorts, 'record' | 'now'>): void {
  for (let next = nextFollowUp(state); next !== null; next = nextFollowUp(state)) {
    if (next.dueAt > ports.now() || state.status !== 'open') return;
    ports.record({ type: 'followup.due', followUp: next.id });
  }
}
