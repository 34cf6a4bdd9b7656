/** Whom the active agent may start, by the names that its model knows them by. */
import type { RosterSubAgent } from '../protocol/team.ts';
import type { ConversationState } from './conversation-state.ts';

export function listSubAgents(state: ConversationState): readonly RosterSubAgent[] {
  return state.roster.agents[state.agent]?.subAgents ?? [];
}

/** What the model calls a sub-agent. */
export function labelOf({ agent, name }: { agent: string; name?: string | null }): string {
  return name ?? agent;
}

/** By its own name in the list, else by the agent's: several entries may give work to one agent. */
export function findSubAgent(state: ConversationState, wanted: string): RosterSubAgent | undefined {
  const entries = listSubAgents(state);
  return entries.find((entry) => labelOf(entry) === wanted) ?? entries.find(({ agent }) => agent === wanted);
}
