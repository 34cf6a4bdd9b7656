/** The toolsets of an agent: those that exist, and those that are told to be missing. */
import { toolsetFileSchema } from '../../protocol/schemas/team-file-toolset.ts';
import type { ToolsetFile } from '../../protocol/schemas/team-file-toolset.ts';
import type { Toolset, UnavailableTool } from '../../protocol/team.ts';
import type { FindingsReport, Path } from './finding.ts';
import { readList } from './read-shape.ts';
import { TOOLSET_OPTIONS, TOOLSETS } from './what-exists.ts';

export interface CompiledToolsets {
  toolsets: Toolset[];
  unavailable: UnavailableTool[];
}

export function compileToolsets(
  value: unknown,
  agent: string,
  { hasSubAgents, hasHandoffs }: { hasSubAgents: boolean; hasHandoffs: boolean },
  report: FindingsReport,
): CompiledToolsets {
  const compiled: CompiledToolsets = { toolsets: [], unavailable: [] };
  for (const { value: toolset, path } of readList(
    toolsetFileSchema,
    value,
    ['agents', agent, 'toolsets'],
    report,
  )) {
    const reason = TOOLSETS[toolset.type];
    if (reason !== null) {
      report.warn(
        [...path, 'type'],
        `the toolset ${nameToolset(toolset)} is not available: ${reason}`,
        'value',
      );
      compiled.unavailable.push({ agent, toolset: nameToolset(toolset), reason });
      continue;
    }
    warnOfOptions(toolset, path, report);
    const existing = toExisting(toolset);
    if (existing === null) {
      const [needs, has] =
        toolset.type === 'handoff' ? ['handoffs', hasHandoffs] : ['sub_agents', hasSubAgents];
      if (!has) {
        const words = `${toolset.type} comes with ${needs}, and the agent has none`;
        report.warn([...path, 'type'], words, 'value');
      }
    } else if (compiled.toolsets.some((earlier) => earlier.type === existing.type)) {
      report.warn([...path, 'type'], `the toolset ${toolset.type} is there twice`, 'value');
    } else {
      compiled.toolsets.push(existing);
    }
    if (toolset.type === 'background_agents' && !hasSubAgents) {
      report.error(
        [...path, 'type'],
        'background_agents needs sub_agents: name the agents that it may start, such as "sub_agents: [researcher]"',
      );
    }
  }
  return compiled;
}

function toExisting({ type, dialect }: ToolsetFile): Toolset | null {
  if (type === 'background_agents') return dialect === 'tasks' ? { type, dialect } : { type };
  return type === 'think' || type === 'todo' ? { type } : null;
}

function nameToolset(toolset: ToolsetFile): string {
  const detail =
    toolset.ref ?? toolset.remote?.url ?? toolset.command ?? toolset.api_config?.['name'] ?? toolset.url;
  return typeof detail === 'string' ? `${toolset.type} ${detail}` : toolset.type;
}

function warnOfOptions(toolset: ToolsetFile, path: Path, report: FindingsReport): void {
  for (const option of Object.keys(toolset)) {
    if (TOOLSET_OPTIONS.includes(option)) continue;
    if (option === 'dialect' && toolset.type === 'background_agents') continue;
    report.warn([...path, option], `${option} has no effect on the toolset ${toolset.type} yet`);
  }
}
