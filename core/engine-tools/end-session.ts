import type { ModelReply } from '../../protocol/activities.ts';
import type { EndSessionArguments } from '../../protocol/schemas/tool-arguments.ts';
import type { ConversationState } from '../conversation-state.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';

/** The session closes when this turn has ended; one whose step has said something already ends with it. */
export function endSession({ state, call }: ToolCallSituation): ToolAnswer {
  if (state.id.task !== null) return { outcome: 'error', text: 'not ended: a task does not end the session' };
  const { reason } = call.arguments as EndSessionArguments;
  state.endReason = reason;
  const text = 'The session ends with this turn. If you have not taken your leave of the user, do it now.';
  return { outcome: 'ok', text };
}

/** Whether the turn is over with what was said in this step. */
export function endsWithThisStep(state: ConversationState, { text }: ModelReply): boolean {
  return state.endReason !== null && text.trim() !== '';
}

/** Why the session is to be closed after a turn; null where it is not. Who has said something more gets an answer. */
export function takeEndReason(state: ConversationState): string | null {
  const reason = state.endReason;
  state.endReason = null;
  const isWanted = state.lastOutcome === 'answered' || state.lastOutcome === 'limit';
  const isAwaited = state.inbox.some(({ kind }) => kind === 'message');
  return isWanted && !isAwaited ? reason : null;
}
