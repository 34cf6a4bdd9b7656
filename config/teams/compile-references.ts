/** Names of agents in `sub_agents` and `handoffs`: of this file, of another team as `team/agent`, or all of them. */
import { handoffFileSchema, subAgentFileSchema } from '../../protocol/schemas/team-file-agent.ts';
import type { Agent, SubAgent, UnavailableTool } from '../../protocol/team.ts';
import { nearestName } from '../nearest-name.ts';
import type { FindingsReport, Path } from './finding.ts';
import { findBrokenTemplates } from './find-broken-templates.ts';
import { listOtherAgents, splitName } from './other-teams.ts';
import type { OtherTeams } from './other-teams.ts';
import { readList } from './read-shape.ts';

export interface ReferenceContext {
  /** The name of the team, which may stand before its own agents too. */
  team: string;
  agent: string;
  known: readonly string[];
  report: FindingsReport;
  unavailable: UnavailableTool[];
  /** Null while a file is understood by itself: what is elsewhere stays as it is written. */
  others: OtherTeams | null;
}

export function compileSubAgents(value: unknown, context: ReferenceContext): SubAgent[] {
  const { agent, report, others } = context;
  const subAgents: SubAgent[] = [];
  const isThere = (label: string): boolean =>
    subAgents.some((earlier) => (earlier.name ?? earlier.agent) === label);
  const path = ['agents', agent, 'sub_agents'];
  const items = readList(subAgentFileSchema, value, path, report).map((item) => ({
    path: item.path,
    written: typeof item.value === 'string' ? { agent: item.value } : item.value,
  }));
  for (const { written, path: place } of items) {
    if (written.agent === '*' && others !== null) continue;
    const name = resolveName(written.agent, 'sub_agents', place, context);
    if (name === null) continue;
    checkInput(written.input, [...place, 'input'], report);
    const subAgent = toSubAgent(name, written);
    const label = subAgent.name ?? name;
    if (isThere(label)) {
      report.error(place, `"${label}" is there twice; give one of the entries a name of its own`);
    } else subAgents.push(subAgent);
  }
  // Last, so that entries with words of their own come before what "*" says of the same agents.
  for (const { written, path: place } of items) {
    if (written.agent !== '*' || others === null) continue;
    for (const name of listAll(context, place)) {
      const isNamed = subAgents.some((earlier) => earlier.agent === name) || isThere(name);
      if (!isNamed) subAgents.push({ ...toSubAgent(name, written), name: null, description: null });
    }
  }
  return subAgents;
}

function toSubAgent(
  agent: string,
  written: {
    name?: string | undefined;
    description?: string | undefined;
    input?: Record<string, unknown> | undefined;
    holding_message?: string | undefined;
  },
): SubAgent {
  return {
    agent,
    name: written.name ?? null,
    description: written.description ?? null,
    input: written.input ?? null,
    holdingMessage: written.holding_message ?? null,
  };
}

export function compileHandoffs(value: unknown, context: ReferenceContext): Agent['handoffs'] {
  const { agent, report } = context;
  const handoffs: Agent['handoffs'] = [];
  const list = ['agents', agent, 'handoffs'];
  for (const { value: entry, path } of readList(handoffFileSchema, value, list, report)) {
    const written = typeof entry === 'string' ? { agent: entry } : entry;
    const name = resolveName(written.agent, 'handoffs', path, context);
    if (name === null) continue;
    if (name === agent) {
      report.warn(path, 'an agent cannot hand over to itself; the entry is left out', 'value');
    } else if (handoffs.some((earlier) => earlier.agent === name)) {
      report.warn(path, `"${name}" is there twice; the second entry is left out`, 'value');
    } else handoffs.push({ agent: name, description: written.description ?? null });
  }
  return handoffs;
}

/** All agents but this one, and those of teams with errors, which are told. */
function listAll({ agent, known, others, report }: ReferenceContext, path: Path): string[] {
  const own = known.filter((name) => name !== agent);
  if (others === null) return own;
  for (const team of others.names()) {
    if (others.read(team) !== 'errors') continue;
    report.warn(path, `the agents of the team "${team}" are left out: its file has errors`, 'value');
  }
  return [...own, ...listOtherAgents(others)];
}

/** The name that the agent has in this team; null where it is left out. */
export function resolveName(
  written: string,
  list: string,
  path: Path,
  context: ReferenceContext,
): string | null {
  const { known, report, team } = context;
  if (known.includes(written)) return written;
  const elsewhere = splitName(written);
  if (elsewhere?.team === team && known.includes(elsewhere.agent)) return elsewhere.agent;
  if (elsewhere !== null && elsewhere.team !== team) return resolveElsewhere(written, list, path, context);
  if (written === '*' && list === 'sub_agents') return written;
  const wanted = elsewhere?.agent ?? written;
  const nearest = nearestName(wanted, known);
  const hint = nearest === null ? `agents here are ${known.join(', ')}` : `did you mean "${nearest}"?`;
  report.error(path, `there is no agent "${written}"; ${hint}`);
  return null;
}

/** A team that is not there may be a registry, as Docker Agent knows them: a warning. Anything else is an error. */
function resolveElsewhere(
  written: string,
  list: string,
  path: Path,
  context: ReferenceContext,
): string | null {
  const { agent: self, report, unavailable, others } = context;
  const { team, agent } = splitName(written) ?? { team: '', agent: written };
  if (others === null) return written;
  const draft = others.read(team);
  if (draft === null) {
    const reason = `there is no team "${team}" here, and agents of registries cannot be reached`;
    report.warn(path, `"${written}" is left out: ${reason}`, 'value');
    unavailable.push({ agent: self, toolset: `${list} ${written}`, reason });
    return null;
  }
  if (draft === 'errors') {
    report.error(path, `the team "${team}" has errors: mend its file first`);
    return null;
  }
  if (Object.hasOwn(draft.agents, agent)) return written;
  const names = Object.keys(draft.agents);
  const nearest = nearestName(agent, names);
  const hint = nearest === null ? `its agents are ${names.join(', ')}` : `did you mean "${team}/${nearest}"?`;
  report.error(path, `the team "${team}" has no agent "${agent}"; ${hint}`);
  return null;
}

export function checkInput(input: unknown, path: Path, report: FindingsReport): void {
  if (typeof input === 'string') {
    for (const template of findBrokenTemplates(input)) {
      report.error(path, `the template ${template} does not parse; write {{name}} or {{name.part.0}}`);
    }
  } else if (typeof input === 'object' && input !== null) {
    for (const [key, inner] of Object.entries(input)) checkInput(inner, [...path, key], report);
  }
}
