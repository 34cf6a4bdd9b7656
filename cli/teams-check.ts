/** `offstage teams check FILE`: what is wrong with a team file, and what was understood of it. */
import { readFileSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import { compileTeam } from '../config/teams/compile-team.ts';
import { describeTeam } from '../config/teams/describe-team.ts';
import { openTeamFolder } from '../config/teams/team-folder.ts';
import type { AgentDescription, TeamDescription } from '../config/teams/describe-team.ts';
import type { Finding } from '../config/teams/finding.ts';
import type { ModelAliases } from '../config/model-aliases.ts';
import { readErrorReason } from './read-error.mjs';

export interface CheckSurroundings {
  aliases?: ModelAliases;
  isSet: (variable: string) => boolean;
}

/** `ok`: there are no errors; warnings are told and do no harm. */
export function checkTeamFile(file: string, surroundings: CheckSurroundings): { text: string; ok: boolean } {
  let yaml: string;
  try {
    yaml = readFileSync(file, 'utf8');
  } catch (error) {
    return { text: `${file} cannot be read: ${readErrorReason(error)}`, ok: false };
  }
  const name = basename(file, extname(file));
  const others = openTeamFolder({ folder: dirname(file), ...surroundings }).others('');
  const compiled = compileTeam({ name, yaml, ...surroundings, others });
  const description = describeTeam(name, compiled, surroundings.isSet);
  const findings = [
    ...compiled.errors.map((finding) => formatFinding(file, 'error', finding)),
    ...compiled.warnings.map((finding) => formatFinding(file, 'warning', finding)),
  ];
  const summary = `${count(compiled.errors, 'error')}, ${count(compiled.warnings, 'warning')}`;
  const parts = [findings.join('\n'), formatDescription(description), summary];
  return { text: parts.filter((part) => part !== '').join('\n\n'), ok: compiled.errors.length === 0 };
}

function formatFinding(file: string, kind: 'error' | 'warning', finding: Finding): string {
  const path = finding.path === '' ? '' : `${finding.path}: `;
  return `${file}:${finding.line}:${finding.column}  ${kind.padEnd(7)}  ${path}${finding.message}`;
}

function count(findings: readonly Finding[], noun: string): string {
  return `${findings.length} ${noun}${findings.length === 1 ? '' : 's'}`;
}

function formatDescription(team: TeamDescription): string {
  if (team.version === null) return '';
  const agents = team.agents.map((agent) => formatAgent(team, agent));
  const hooks = team.hooks.map((line) => `  ${line}`);
  const head = [`team ${team.name}, version ${team.version.slice(0, 8)}`, ...hooks].join('\n');
  return [head, ...agents].join('\n\n');
}

function formatAgent(team: TeamDescription, agent: AgentDescription): string {
  const lines: (readonly [label: string, text: string])[] = [
    ['model', formatModel(team, agent.model)],
    ...agent.fallback.map((name) => ['or', formatModel(team, name)] as const),
    ['tools', agent.tools.join(', ')],
    ...agent.functions.map((text) => ['calls', text] as const),
    [agent.background ? 'starts' : 'asks', agent.subAgents.join(', ')],
    ['hands to', agent.handoffs.join(', ')],
    ...agent.unavailable.map(({ toolset, reason }) => ['lacks', `${toolset}: ${reason}`] as const),
  ];
  const entry = agent.name === team.entry ? ' (entry)' : '';
  const title = agent.description === '' ? '' : `: ${agent.description}`;
  return [
    `${agent.name}${entry}${title}`,
    ...lines.filter(([, text]) => text !== '').map(([label, text]) => `  ${label.padEnd(9)} ${text}`),
  ].join('\n');
}

function formatModel(team: TeamDescription, name: string): string {
  const model = team.models.find((candidate) => candidate.name === name);
  if (model === undefined) return name;
  const full = `${model.provider}/${model.model}`;
  const label = name === full ? full : `${name} = ${full}`;
  return model.problem === null ? label : `${label} (${model.problem})`;
}
