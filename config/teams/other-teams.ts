/** The other teams of a workspace, as far as `team/agent` in `sub_agents` and `handoffs` needs them. */
import type { Agent, ModelConfig, Team, UnavailableTool } from '../../protocol/team.ts';

/** A team file understood by itself: names of other teams' agents still stand as they are written. */
export interface TeamDraft {
  agents: Record<string, Agent>;
  models: Record<string, ModelConfig>;
  functions?: Team['functions'];
  unavailable: UnavailableTool[];
}

export interface OtherTeams {
  names(): string[];
  /** Null where there is no such team; `errors` where it cannot be used. */
  read(name: string): TeamDraft | 'errors' | null;
}

export const NO_OTHER_TEAMS: OtherTeams = { names: () => [], read: () => null };

/** Every agent of the other teams that can be used, as `team/agent`. */
export function listOtherAgents(others: OtherTeams): string[] {
  return others.names().flatMap((team) => {
    const draft = others.read(team);
    return draft === null || draft === 'errors'
      ? []
      : Object.keys(draft.agents).map((agent) => `${team}/${agent}`);
  });
}

export function splitName(name: string): { team: string; agent: string } | null {
  const slash = name.indexOf('/');
  return slash < 0 ? null : { team: name.slice(0, slash), agent: name.slice(slash + 1) };
}
