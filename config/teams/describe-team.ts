/** What was understood of a team file, for the people who wrote it. */
import { listSecrets } from '../../core/function-address.ts';
import type { Hook } from '../../protocol/hooks.ts';
import type { Agent, Limits, Team } from '../../protocol/team.ts';
import { findCallProblem, resolveProvider } from '../model-providers.ts';
import type { CompiledTeam } from './compile-team.ts';
import type { Finding } from './finding.ts';

export interface TeamDescription {
  name: string;
  /** Null where the file has errors and no earlier version is there. */
  version: string | null;
  valid: boolean;
  entry: string | null;
  agents: AgentDescription[];
  models: ModelDescription[];
  limits: Limits | null;
  /** What runs before and after a session, one line each, such as `before: enricher (agent)`. */
  hooks: string[];
  errors: Finding[];
  warnings: Finding[];
}

export interface AgentDescription {
  name: string;
  description: string;
  /** A name of `models`. */
  model: string;
  /** Models that are tried when the first one fails. */
  fallback: string[];
  tools: string[];
  functions: string[];
  /** Whom it may give tasks to; in the background too where it has the toolset background_agents. */
  subAgents: string[];
  background: boolean;
  handoffs: string[];
  maxIterations: number;
  unavailable: { toolset: string; reason: string }[];
}

export interface ModelDescription {
  name: string;
  provider: string;
  model: string;
  /** Where it is called; null for a provider that is not spoken. */
  baseUrl: string | null;
  keyVariable: string | null;
  /** Why it cannot be called, such as a key that is not set. */
  problem: string | null;
}

export function describeTeam(
  name: string,
  compiled: CompiledTeam,
  isSet: (variable: string) => boolean,
): TeamDescription {
  const { team, errors, warnings } = compiled;
  return {
    name,
    version: team?.version ?? null,
    valid: errors.length === 0,
    entry: team?.entry ?? null,
    agents: team === null ? [] : Object.values(team.agents).map((agent) => describeAgent(team, agent, isSet)),
    models: team === null ? [] : describeModels(team, isSet),
    limits: team?.limits ?? null,
    hooks: describeHooks(team?.session),
    errors,
    warnings,
  };
}

function describeHooks(session: Team['session']): string[] {
  if (session === undefined) return [];
  const { pre, post, analysis } = session;
  const words = ({ kind, name }: Hook): string => `${name} (${kind === 'function' ? 'function' : 'agent'})`;
  return [
    ...pre.map((hook) => `before: ${words(hook)}`),
    ...(analysis === null ? [] : [`after: analysis by ${analysis.model}`]),
    ...post.map((hook) => `after: ${words(hook)}`),
  ];
}

function describeAgent(team: Team, agent: Agent, isSet: (variable: string) => boolean): AgentDescription {
  const toolsets = agent.toolsets.map((toolset) => toolset.type);
  return {
    name: agent.name,
    description: agent.description,
    model: agent.model,
    fallback: agent.fallback?.models ?? [],
    tools: agent.subAgents.length > 0 ? [...toolsets, 'transfer_task'] : toolsets,
    functions: (agent.functions ?? []).map((key) => describeFunction(team, key, isSet)),
    subAgents: agent.subAgents.map((entry) => entry.agent),
    background: toolsets.includes('background_agents'),
    handoffs: agent.handoffs.map((entry) => entry.agent),
    maxIterations: agent.maxIterations,
    unavailable: team.unavailable
      .filter((tool) => tool.agent === agent.name)
      .map(({ toolset, reason }) => ({ toolset, reason })),
  };
}

/** What it is called, and what it asks; never what its headers hold. */
function describeFunction(
  { functions = {} }: Team,
  key: string,
  isSet: (variable: string) => boolean,
): string {
  const definition = functions[key];
  if (definition === undefined) return `${key} (built in)`;
  const { method, url, background, headers } = definition;
  const missing = [url, ...Object.values(headers)].flatMap(listSecrets).filter((name) => !isSet(name));
  const words = [
    `${method} ${url}`,
    ...(background ? ['in the background'] : []),
    ...[...new Set(missing)].map((name) => `${name} is not set`),
  ];
  return `${key} (${words.join(', ')})`;
}

function describeModels(team: Team, isSet: (variable: string) => boolean): ModelDescription[] {
  return Object.entries(team.models).map(([name, model]) => {
    const endpoint = resolveProvider(model);
    return {
      name,
      provider: model.provider,
      model: model.model,
      baseUrl: endpoint.protocol === null ? null : endpoint.baseUrl,
      keyVariable: endpoint.protocol === null ? null : endpoint.keyVariable,
      problem: findCallProblem(model, isSet),
    };
  });
}
