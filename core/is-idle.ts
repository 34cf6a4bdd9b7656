import { isTerminal } from '../protocol/task.ts';
import type { ConversationState } from './conversation-state.ts';

/** Nothing is under way in the session, and nothing waits. Spec: "it runs only while there is no unfinished task". */
export function isIdle({ status, isOpening, turnOpen, inbox, tasks }: ConversationState): boolean {
  const isQuiet = status === 'open' && !isOpening && !turnOpen && inbox.length === 0;
  return isQuiet && tasks.every((task) => isTerminal(task.status));
}
