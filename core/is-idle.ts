import { isTerminal } from '../protocol/task.ts';
import type { ConversationState } from './conversation-state.ts';
import { hasRunningFunctions } from './finish-function.ts';

/** Nothing is under way in the session, and nothing waits. Spec: "only while there is no unfinished task and no scheduled follow-up". */
export function isIdle(state: ConversationState): boolean {
  const { status, isOpening, turnOpen, inbox, followUps, tasks } = state;
  if (status !== 'open' || isOpening || turnOpen || inbox.length + followUps.length > 0) return false;
  return !hasRunningFunctions(state) && tasks.every((task) => isTerminal(task.status));
}
