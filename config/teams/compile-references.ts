/** Names of agents in `sub_agents` and `handoffs`: they have to be there, and what is elsewhere cannot be reached yet. */
import { handoffFileSchema, subAgentFileSchema } from '../../protocol/schemas/team-file-agent.ts';
import type { Agent, SubAgent, UnavailableTool } from '../../protocol/team.ts';
import { nearestName } from '../nearest-name.ts';
import type { FindingsReport, Path } from './finding.ts';
import { readList } from './read-shape.ts';

export interface ReferenceContext {
  agent: string;
  known: readonly string[];
  report: FindingsReport;
  unavailable: UnavailableTool[];
}

export function compileSubAgents(value: unknown, context: ReferenceContext): SubAgent[] {
  const { agent, report } = context;
  const subAgents: SubAgent[] = [];
  for (const { value: entry, path } of readList(
    subAgentFileSchema,
    value,
    ['agents', agent, 'sub_agents'],
    report,
  )) {
    const written = typeof entry === 'string' ? { agent: entry } : entry;
    if (!isReachable(written.agent, 'sub_agents', path, context)) continue;
    const subAgent: SubAgent = {
      agent: written.agent,
      name: written.name ?? null,
      description: written.description ?? null,
      input: written.input ?? null,
      holdingMessage: written.holding_message ?? null,
    };
    const label = subAgent.name ?? subAgent.agent;
    if (subAgents.some((earlier) => (earlier.name ?? earlier.agent) === label)) {
      report.error(path, `"${label}" is there twice; give one of the entries a name of its own`);
      continue;
    }
    subAgents.push(subAgent);
  }
  return subAgents;
}

export function compileHandoffs(value: unknown, context: ReferenceContext): Agent['handoffs'] {
  const { agent, report } = context;
  const handoffs: Agent['handoffs'] = [];
  for (const { value: entry, path } of readList(
    handoffFileSchema,
    value,
    ['agents', agent, 'handoffs'],
    report,
  )) {
    const written = typeof entry === 'string' ? { agent: entry } : entry;
    if (!isReachable(written.agent, 'handoffs', path, context)) continue;
    if (written.agent === agent) {
      report.warn(path, 'an agent cannot hand over to itself; the entry is left out', 'value');
      continue;
    }
    handoffs.push({ agent: written.agent, description: written.description ?? null });
  }
  return handoffs;
}

function isReachable(name: string, list: string, path: Path, context: ReferenceContext): boolean {
  const { agent, known, report, unavailable } = context;
  if (known.includes(name)) return true;
  if (name === '*' || name.includes('/')) {
    const reason = 'agents of other teams and of registries cannot be reached yet';
    report.warn(path, `"${name}" is left out: ${reason}`, 'value');
    unavailable.push({ agent, toolset: `${list} ${name}`, reason });
    return false;
  }
  const nearest = nearestName(name, known);
  const hint = nearest === null ? `agents here are ${known.join(', ')}` : `did you mean "${nearest}"?`;
  report.error(path, `there is no agent "${name}"; ${hint}`);
  return false;
}
