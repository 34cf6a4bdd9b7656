import type { ConversationState } from '../conversation-state.ts';

/** Why a wait has to end before what it waits for: a conversation can never lock itself. */
export function whyWaitEnds(state: ConversationState): 'user_message' | 'interrupted' | null {
  if (state.interruptedTurn === state.turn || state.status !== 'open') return 'interrupted';
  const message = state.inbox.some((item) => item.kind === 'message' && item.delivery !== 'after_turn');
  return message ? 'user_message' : null;
}
