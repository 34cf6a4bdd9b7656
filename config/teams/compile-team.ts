/** From the text of a team file to a team in which nothing is left to look up, and everything there is to say of it. */
import { z } from 'zod';
import { metadataFileSchema, teamFileSchema } from '../../protocol/schemas/team-file.ts';
import type { Agent, Team, UnavailableTool } from '../../protocol/team.ts';
import type { ModelAliases } from '../model-aliases.ts';
import { warnOfAbsentKeys } from './absent-keys.ts';
import { compileAgent } from './compile-agent.ts';
import { requirePrices } from './compile-budget.ts';
import { compileFunctions } from './compile-functions.ts';
import { compileLimits } from './compile-limits.ts';
import { compileModels } from './compile-models.ts';
import type { ModelSurroundings } from './compile-models.ts';
import { compileSession } from './compile-session.ts';
import { findCycles } from './find-cycles.ts';
import { importAgents } from './import-agents.ts';
import { NO_OTHER_TEAMS } from './other-teams.ts';
import type { OtherTeams } from './other-teams.ts';
import { byPlace, createReport } from './finding.ts';
import type { Finding, FindingsReport } from './finding.ts';
import { readEntries, readMap } from './read-shape.ts';
import { teamVersion } from './team-version.ts';
import type { TeamContent } from './team-version.ts';
import { readYaml } from './yaml-source.ts';

export interface TeamSource {
  name: string;
  /** YAML or JSON. */
  yaml: string;
  /** The operator's aliases, and what is set in the environment: they decide which models are used. */
  aliases?: ModelAliases;
  isSet?: (variable: string) => boolean;
  /** Whose agents it may name as `team/agent`; null to understand the file by itself, as one of those. */
  others?: OtherTeams | null;
}

export interface CompiledTeam {
  /** Null where there is an error. */
  team: Team | null;
  /** In the order of the file; of more than 200 the number of those left out. */
  errors: Finding[];
  warnings: Finding[];
}

/** What has a reader of its own is left open here. */
const openTeamSchema = teamFileSchema.extend({
  agents: z.unknown(),
  models: z.unknown(),
  functions: z.unknown(),
  providers: z.unknown(),
  limits: z.unknown(),
  session: z.unknown(),
  metadata: z.unknown(),
});

/** What is in a workflow's id, a URL and a tool's arguments: short, and without what means something there. */
const AGENT_NAME = /^(?!__proto__$)[\p{L}\p{N}_][\p{L}\p{N}_ .:-]{0,63}$/u;

/** Far beyond any team; workflows carry a few words of each. */
const MOST_AGENTS = 200;

/** A person mends these first; a file of nothing but mistakes would tell megabytes. */
const MOST_FINDINGS = 200;

export function compileTeam(from: TeamSource): CompiledTeam {
  const { name, yaml, aliases = {}, isSet = () => false, others = NO_OTHER_TEAMS } = from;
  const source = readYaml(yaml);
  const report = createReport(source.locate);
  report.errors.push(...source.errors);
  report.warnings.push(...source.warnings);
  const team =
    source.value === undefined ? null : compile(name, source.value, { aliases, isSet, others }, report);
  return {
    team: report.errors.length > 0 ? null : team,
    errors: toTold(report.errors),
    warnings: toTold(report.warnings),
  };
}

function toTold(findings: Finding[]): Finding[] {
  const sorted = findings.sort(byPlace);
  const next = sorted[MOST_FINDINGS];
  if (next === undefined) return sorted;
  const left = sorted.length - MOST_FINDINGS;
  return [...sorted.slice(0, MOST_FINDINGS), { ...next, path: '', message: `and ${left} more from here on` }];
}

function compile(
  name: string,
  value: unknown,
  { others, ...surroundings }: ModelSurroundings & { others: OtherTeams | null },
  report: FindingsReport,
): Team | null {
  if (value === null) {
    report.error([], 'the file is empty; a team begins with "agents:"');
    return null;
  }
  const file = readMap(openTeamSchema, value, [], report);
  if (typeof value !== 'object' || Array.isArray(value)) return null;
  if (file.metadata !== undefined) readMap(metadataFileSchema, file.metadata, ['metadata'], report);
  warnOfAbsentKeys(value, report);
  const models = compileModels(file, surroundings, report);
  const limits = compileLimits(file.limits, report);
  const functions = compileFunctions(file.functions, report);
  const unavailable: UnavailableTool[] = [];
  const entries = readEntries(file.agents, ['agents'], report);
  if (isTooLarge(entries.length, report)) return null;
  const known = entries.map(([agent]) => agent);
  const agents = entries.flatMap(([agent, inner]) => {
    checkName(agent, report);
    const context = { team: name, known, models, functions: functions ?? {}, report };
    const compiled = compileAgent(agent, inner, { ...context, unavailable, others });
    return compiled === null ? [] : [compiled];
  });
  const entry = known.includes('root') ? 'root' : known[0];
  if (entry === undefined) {
    report.error(['agents'], 'the team has no agents; name at least one under "agents:"', 'key');
    return null;
  }
  checkDescriptions(agents, entry, report);
  const references = { team: name, known, report, unavailable, others };
  const phases = compileSession(file.session, { references, models, agents, functions, report });
  const byName = Object.fromEntries(agents.map((agent) => [agent.name, agent]));
  if (!limits.allowCycles) warnOfCycles(byName, report);
  const common = { name, entry, agents: byName, models: models.used, limits, ...phases, unavailable };
  const whole: TeamContent = functions === undefined ? common : { ...common, functions };
  if (others !== null) importAgents(whole, others);
  if (isTooLarge(Object.keys(whole.agents).length, report, ' with those of other teams')) return null;
  requirePrices(whole, report);
  const content = { ...whole, unavailable: eachOnce(unavailable) };
  return { ...content, version: teamVersion(content) };
}

function isTooLarge(agents: number, report: FindingsReport, which = ''): boolean {
  if (agents <= MOST_AGENTS) return false;
  report.error(
    ['agents'],
    `the team has ${agents} agents${which}; at most ${MOST_AGENTS} are allowed`,
    'key',
  );
  return true;
}

function eachOnce(tools: readonly UnavailableTool[]): UnavailableTool[] {
  const isSame = (left: UnavailableTool, right: UnavailableTool): boolean =>
    left.agent === right.agent && left.toolset === right.toolset;
  return tools.filter((tool, index) => tools.findIndex((other) => isSame(other, tool)) === index);
}

function checkName(agent: string, report: FindingsReport): void {
  if (AGENT_NAME.test(agent)) return;
  report.error(
    ['agents', agent],
    `"${agent}" cannot be the name of an agent; use up to 64 letters, digits, spaces and _ . : -`,
    'key',
  );
}

function checkDescriptions(agents: readonly Agent[], entry: string, report: FindingsReport): void {
  const started = new Set(agents.flatMap((agent) => agent.subAgents.map((subAgent) => subAgent.agent)));
  for (const agent of agents) {
    if (agent.description !== '' || agent.name === entry || !started.has(agent.name)) continue;
    report.warn(
      ['agents', agent.name],
      'has no description; the agents that may start it choose by it',
      'key',
    );
  }
}

function warnOfCycles(agents: Record<string, Agent>, report: FindingsReport): void {
  for (const cycle of findCycles(agents)) {
    report.warn(
      ['agents', cycle.agent, 'sub_agents'],
      `${cycle.names.join(' → ')} is a ring: a task cannot start an agent that is among its own starters, ` +
        'unless limits.allow_cycles is true',
    );
  }
}
