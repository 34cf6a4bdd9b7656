import type { TasksAnswer } from '../../protocol/transcript.ts';
import type { ConversationState, TaskRecord } from '../conversation-state.ts';

/** Why a wait has to end before what it waits for: a conversation can never lock itself. */
export function whyWaitEnds(
  state: ConversationState,
  awaited: readonly TaskRecord[],
): TasksAnswer['endedEarly'] {
  if (state.interruptedTurn === state.turn || state.status !== 'open') return 'interrupted';
  const message = state.inbox.some((item) => item.kind === 'message' && item.delivery !== 'after_turn');
  if (message) return 'user_message';
  return awaited.some((task) => task.status === 'waiting_input') ? 'task_waits' : null;
}
