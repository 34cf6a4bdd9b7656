/** Functions that nobody waits for, follow-ups and variables: how their events change the state. */
import type { ConversationEvent } from '../protocol/events.ts';
import type { ConversationState } from './conversation-state.ts';

type FunctionEvent = Extract<
  ConversationEvent,
  { type: `function.${string}` | `followup.${string}` | `variables.${string}` }
>;

export function isFunctionEvent(event: ConversationEvent): event is FunctionEvent {
  return /^(?:function|followup|variables)\./.test(event.type);
}

export function foldFunctionEvent(state: ConversationState, event: FunctionEvent): void {
  switch (event.type) {
    case 'variables.changed':
      return;
    case 'variables.missing':
      state.toldMissing.push(...event.keys);
      return;
    case 'function.started':
      state.functionCalls[event.call] = { function: event.function, startedAt: event.at, end: null };
      return;
    case 'function.finished':
      state.inbox.push({ kind: 'completion', task: event.call });
      return;
    case 'followup.scheduled':
      // Its record is made beside the event (schedule-follow-up.ts): it carries what events must not.
      return;
    case 'followup.due':
      for (const followUp of state.followUps) if (followUp.id === event.followUp) followUp.isDue = true;
      state.inbox.push({ kind: 'follow_up', id: event.followUp });
      return;
    case 'followup.cancelled':
      state.followUps = state.followUps.filter(({ id }) => id !== event.followUp);
      state.inbox = state.inbox.filter((item) => item.kind !== 'follow_up' || item.id !== event.followUp);
  }
}
