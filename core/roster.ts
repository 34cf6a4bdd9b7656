/** The part of a team that a workflow carries: who may start whom, and the limits. */
import { findZeroLimit } from './budget.ts';
import { toFunctionTool } from './function-tool.ts';
import type { RosterPhases, SessionPhases } from '../protocol/hooks.ts';
import { DEFAULT_LIMITS } from '../protocol/team.ts';
import type { Agent, DialectName, Roster, RosterAgent, Team } from '../protocol/team.ts';

export function toRoster(team: Team): Roster {
  const agents = Object.entries(team.agents).map(
    ([name, agent]) => [name, toRosterAgent(team, agent)] as const,
  );
  return {
    team: team.name,
    version: team.version,
    agents: Object.fromEntries(agents),
    limits: team.limits,
    onClose: team.onClose,
    ...(team.session === undefined ? {} : { session: toRosterPhases(team, team.session) }),
  };
}

function toRosterPhases(team: Team, { analysis, ...phases }: SessionPhases): RosterPhases {
  return { ...phases, analysis: analysis === null ? null : modelName(team, analysis.model) };
}

function modelName(team: Team, key: string): string {
  const model = team.models[key];
  return model === undefined ? key : `${model.provider}/${model.model}`;
}

/** The roster of a task: the agent that runs in it, and those it may start, directly or through others. */
export function toTaskRoster({ session: _session, ...roster }: Roster, agent: string): Roster {
  const reached = new Set([agent]);
  // A set that grows while it is walked also visits what was added.
  for (const name of reached) {
    for (const entry of roster.agents[name]?.subAgents ?? []) reached.add(entry.agent);
  }
  const kept = Object.entries(roster.agents).filter(([name]) => reached.has(name));
  return { ...roster, agents: Object.fromEntries(kept) };
}

function toRosterAgent(team: Team, agent: Agent): RosterAgent {
  const withheld = findZeroLimit(agent.budget);
  const nudge = findToolset(agent)?.progressNudge;
  return {
    model: modelName(team, agent.model),
    subAgents: agent.subAgents.map((entry) => ({
      agent: entry.agent,
      ...(entry.name === null ? {} : { name: entry.name }),
      ...(entry.input == null ? {} : { input: entry.input }),
      ...(entry.holdingMessage === null ? {} : { holdingMessage: entry.holdingMessage }),
    })),
    handoffs: agent.handoffs.map((entry) => entry.agent),
    dialect: readDialect(agent),
    maxIterations: agent.maxIterations,
    ...(nudge === undefined ? {} : { progressNudge: nudge }),
    ...(withheld === null ? {} : { withheld }),
    ...toRosterFunctions(team, agent),
  };
}

/** Of the agent's tools for background agents; null where it has none. */
export function readDialect({ toolsets }: Pick<Agent, 'toolsets'>): DialectName | null {
  const toolset = findToolset({ toolsets });
  return toolset === undefined ? null : (toolset.dialect ?? toolset.type);
}

function findToolset({ toolsets }: Pick<Agent, 'toolsets'>) {
  return toolsets.find((toolset) => toolset.type === 'background_agents');
}

function toRosterFunctions(team: Team, { functions = [] }: Agent): Pick<RosterAgent, 'functions'> {
  const custom = functions.flatMap((key) => {
    const definition = team.functions?.[key];
    if (definition === undefined) return [];
    const { timeoutMs, returnMessage } = definition;
    return [[toFunctionTool(key), { key, timeoutMs, ...(returnMessage === null ? {} : { returnMessage }) }]];
  });
  return custom.length === 0
    ? {}
    : { functions: Object.fromEntries(custom) as RosterAgent['functions'] & object };
}

/** With what the code that stored it did not know. */
export function completeRoster(roster: Roster): Roster {
  return { ...NEW_IN_ROSTERS, ...roster, limits: { ...DEFAULT_LIMITS, ...roster.limits } };
}

const NEW_IN_ROSTERS = { onClose: 'stop' as const };
