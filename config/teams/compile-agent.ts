/** One agent of a team file. */
import { z } from 'zod';
import { agentFileSchema } from '../../protocol/schemas/team-file-agent.ts';
import type { AgentFile } from '../../protocol/schemas/team-file-agent.ts';
import { DEFAULT_MAX_ITERATIONS } from '../../protocol/team.ts';
import type { FunctionDefinition } from '../../protocol/function-definition.ts';
import type { Agent, UnavailableTool } from '../../protocol/team.ts';
import { compileBudget } from './compile-budget.ts';
import { readDuration } from './compile-limits.ts';
import type { ModelTable } from './compile-models.ts';
import { readDialect } from '../../core/roster.ts';
import { checkSchema } from './check-schema.ts';
import { checkToolNames } from './check-tool-names.ts';
import { compileHandoffs, compileSubAgents } from './compile-references.ts';
import { compileToolsets } from './compile-toolsets.ts';
import { compileAgentFunctions } from './compile-agent-functions.ts';
import { findBrokenTemplates } from './find-broken-templates.ts';
import type { FindingsReport, Path } from './finding.ts';
import type { OtherTeams } from './other-teams.ts';
import { readMap } from './read-shape.ts';

export interface AgentContext {
  /** The name of the team. */
  team: string;
  /** The names of all agents of the file. */
  known: readonly string[];
  models: ModelTable;
  /** The functions that the file defines. */
  functions: Record<string, FunctionDefinition>;
  report: FindingsReport;
  unavailable: UnavailableTool[];
  others: OtherTeams | null;
}

/** Lists are read item by item, so what is in them is left open here. */
const openAgentSchema = agentFileSchema.extend({
  toolsets: z.unknown(),
  sub_agents: z.unknown(),
  handoffs: z.unknown(),
  budget: z.unknown(),
});

/** Docker Agent's defaults of `fallback`. */
const RETRIES = 2;
const COOLDOWN_MS = 60_000;

export function compileAgent(name: string, value: unknown, context: AgentContext): Agent | null {
  const { report, unavailable } = context;
  const path = ['agents', name];
  if (value === null) {
    report.error(path, `the agent "${name}" is empty; give it at least a model and an instruction`, 'key');
    return null;
  }
  const written = readMap(openAgentSchema, value, path, report);
  const { team, known, others } = context;
  const references = { team, agent: name, known, report, unavailable, others };
  const subAgents = compileSubAgents(written.sub_agents, references);
  const handoffs = compileHandoffs(written.handoffs, references);
  const has = { hasSubAgents: isFilledList(written.sub_agents), hasHandoffs: isFilledList(written.handoffs) };
  const tools = compileToolsets(written.toolsets, name, has, report);
  const functions = compileAgentFunctions(name, written.functions ?? [], context.functions, report);
  if (readDialect(tools) === 'tasks') checkToolNames(name, subAgents, functions, report);
  unavailable.push(...tools.unavailable, ...listAbsentTools(name, written));
  checkTemplates(written.instruction ?? '', [...path, 'instruction'], report);
  const budget = compileBudget(written.budget, [...path, 'budget'], report);
  const hasModel = typeof value === 'object' && Object.hasOwn(value, 'model');
  return {
    name,
    description: written.description ?? '',
    instruction: written.instruction ?? '',
    model: compileModelName(written.model, hasModel, path, context),
    subAgents,
    handoffs,
    toolsets: tools.toolsets,
    maxIterations: toMaxIterations(written.max_iterations, [...path, 'max_iterations'], report),
    ...(budget === undefined ? {} : { budget }),
    fallback: compileFallback(written.fallback, [...path, 'fallback'], context),
    addDate: written.add_date ?? false,
    addEnvironmentInfo: written.add_environment_info ?? false,
    welcomeMessage: written.welcome_message ?? null,
    commands: toCommands(written.commands),
    ...compileOutput(written.structured_output, [...path, 'structured_output'], report),
    ...(functions.length === 0 ? {} : { functions }),
  };
}

function compileOutput(
  written: AgentFile['structured_output'],
  path: Path,
  report: FindingsReport,
): Pick<Agent, 'structuredOutput'> {
  if (written === undefined) return {};
  const { name, description = null, strict = false, schema } = written;
  checkSchema(schema, [...path, 'schema'], report);
  return { structuredOutput: { name, description, strict, schema } };
}

function isFilledList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function compileModelName(
  written: string | undefined,
  isWritten: boolean,
  path: Path,
  { models, report }: AgentContext,
): string {
  if (written !== undefined) return models.refer(written, [...path, 'model']) ?? '';
  if (isWritten) return '';
  const picked = models.refer('auto', path) ?? '';
  const model = models.used[picked];
  if (model !== undefined) {
    report.warn(path, `names no model; ${model.provider}/${model.model} is used, as for "model: auto"`);
  }
  return picked;
}

function toMaxIterations(written: number | undefined, path: Path, report: FindingsReport): number {
  if (written !== 0) return written ?? DEFAULT_MAX_ITERATIONS;
  report.warn(
    path,
    `0 means no limit in Docker Agent; here the default of ${DEFAULT_MAX_ITERATIONS} steps holds`,
  );
  return DEFAULT_MAX_ITERATIONS;
}

function compileFallback(
  written: AgentFile['fallback'],
  path: Path,
  { models, report }: AgentContext,
): Agent['fallback'] {
  if (written === undefined) return null;
  const names = (written.models ?? []).map((name, index) => models.refer(name, [...path, 'models', index]));
  const cooldownMs = readDuration(written.cooldown, [...path, 'cooldown'], report) ?? COOLDOWN_MS;
  // Docker Agent: -1 is none, and 0 is not "none" but "the default".
  const retries = written.retries === -1 ? 0 : written.retries || RETRIES;
  return { models: names.filter((name) => name !== null), retries, cooldownMs };
}

function toCommands(written: AgentFile['commands']): Record<string, string> {
  const maps = Array.isArray(written) ? written : [written ?? {}];
  const commands = maps.flatMap((map) =>
    Object.entries(map).map(([name, command]) => {
      const text = typeof command === 'string' ? command : (command.instruction ?? '');
      return [name, text] as const;
    }),
  );
  return Object.fromEntries(commands);
}

/** What the agent would be told of as tools, were they there. */
function listAbsentTools(agent: string, written: { rag?: string[] }): UnavailableTool[] {
  return (written.rag ?? []).map((name) => ({
    agent,
    toolset: `rag ${name}`,
    reason: 'search in documents does not exist yet',
  }));
}

function checkTemplates(instruction: string, path: Path, report: FindingsReport): void {
  for (const template of findBrokenTemplates(instruction)) {
    report.error(path, `the template ${template} does not parse; write {{name}} or {{name.part.0}}`);
  }
}
