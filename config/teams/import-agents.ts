/** Brings the agents of other teams that a team names into it, with all that these name in turn. */
import type { Agent, ModelConfig, Team } from '../../protocol/team.ts';
import { listOtherAgents, splitName } from './other-teams.ts';
import type { OtherTeams, TeamDraft } from './other-teams.ts';

type Content = Pick<Team, 'name' | 'agents' | 'models' | 'functions' | 'session' | 'unavailable'>;

/** An imported agent is named `team/agent`, wherever it stands. */
export function importAgents(team: Content, others: OtherTeams): void {
  const hooks = [...(team.session?.pre ?? []), ...(team.session?.post ?? [])];
  const ofHooks = hooks.map((hook) => hook.name);
  const wanted = new Set([...Object.values(team.agents).flatMap(listNames), ...ofHooks]);
  // A set that grows while it is walked also visits what was added.
  for (const name of wanted) {
    const from = splitName(name);
    const draft = from === null ? null : others.read(from.team);
    if (from === null || draft === null || draft === 'errors') continue;
    const found = draft.agents[from.agent];
    if (found === undefined) continue;
    const agent = importAgent({ team, others, draft, from: from.team }, found);
    team.agents[agent.name] = agent;
    for (const next of listNames(agent)) wanted.add(next);
  }
}

function listNames(agent: Agent): string[] {
  return [...agent.subAgents, ...agent.handoffs].map((entry) => entry.agent);
}

interface Import {
  team: Content;
  others: OtherTeams;
  draft: TeamDraft;
  /** The team that it comes from. */
  from: string;
}

function importAgent(work: Import, agent: Agent): Agent {
  const { team, draft, from } = work;
  const name = `${from}/${agent.name}`;
  for (const tool of draft.unavailable) {
    if (tool.agent === agent.name) team.unavailable.push({ ...tool, agent: name });
  }
  const named = new Set(agent.subAgents.map((entry) => entry.agent));
  return {
    ...agent,
    name,
    model: importModel(work, agent.model),
    fallback:
      agent.fallback === null
        ? null
        : { ...agent.fallback, models: agent.fallback.models.map((model) => importModel(work, model)) },
    subAgents: agent.subAgents.flatMap((entry) =>
      entry.agent === '*'
        ? listAll(work, name)
            .filter((other) => !named.has(other))
            .map((other) => ({ ...entry, agent: other }))
        : resolve(work, entry.agent).map((other) => ({ ...entry, agent: other })),
    ),
    handoffs: agent.handoffs.flatMap((entry) =>
      resolve(work, entry.agent).map((other) => ({ ...entry, agent: other })),
    ),
    ...importFunctions(work, agent),
  };
}

/** As the importing team calls it; none where it is not there, which the check of that team's own file tells. */
function resolve({ team, others, from }: Import, written: string): string[] {
  const name = splitName(written) ?? { team: from, agent: written };
  if (name.team === team.name) return Object.hasOwn(team.agents, name.agent) ? [name.agent] : [];
  const draft = others.read(name.team);
  const isThere = draft !== null && draft !== 'errors' && Object.hasOwn(draft.agents, name.agent);
  return isThere ? [`${name.team}/${name.agent}`] : [];
}

function listAll({ team, others }: Import, self: string): string[] {
  const own = Object.keys(team.agents).filter((name) => splitName(name) === null);
  return [...own, ...listOtherAgents(others)].filter((name) => name !== self);
}

/** Under the same name where that means the same here, else under one with the team's. */
function importModel({ team, draft, from }: Import, name: string): string {
  const model: ModelConfig | undefined = draft.models[name];
  if (model === undefined) return name;
  const known = team.models[name];
  const isFree = known === undefined || JSON.stringify(known) === JSON.stringify(model);
  const key = isFree ? name : `${from}/${name}`;
  team.models[key] = model;
  return key;
}

/** As with models: the function is named by its own name wherever it stands, the agent's tool is called so in any case. */
function importFunctions({ team, draft, from }: Import, agent: Agent): Pick<Agent, 'functions'> {
  if (agent.functions === undefined) return {};
  const functions = agent.functions.map((name) => {
    const definition = draft.functions?.[name];
    if (definition === undefined) return name;
    const known = team.functions?.[name];
    const isFree = known === undefined || JSON.stringify(known) === JSON.stringify(definition);
    const key = isFree ? name : `${from}/${name}`;
    team.functions = { ...team.functions, [key]: definition };
    return key;
  });
  return { functions };
}
