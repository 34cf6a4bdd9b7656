import { isTerminal } from '../protocol/task.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';

/**
 * Whether an agent without tools for background agents has tasks to look after: inherited by a handoff, or a transfer
 * that goes on. It gets tools for them while they last, and until it has told of their ends.
 */
export function hasTasksToLookAfter(state: ConversationState): boolean {
  const hasToolset = (state.roster.agents[state.agent]?.dialect ?? null) !== null;
  return !hasToolset && state.tasks.some((task) => task.mode === 'background' && isOpen(state, task));
}

function isOpen({ turn }: ConversationState, { status, notice }: TaskRecord): boolean {
  return !isTerminal(status) || notice.state === 'pending' || notice.turn === turn;
}
