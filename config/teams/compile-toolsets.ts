/** The toolsets of an agent: those that exist, and those that are told to be missing. */
import { toolsetFileSchema } from '../../protocol/schemas/team-file-toolset.ts';
import type { ToolsetFile } from '../../protocol/schemas/team-file-toolset.ts';
import type { ProgressNudge, Toolset, UnavailableTool } from '../../protocol/team.ts';
import type { FindingsReport, Path } from './finding.ts';
import { readDuration } from './compile-limits.ts';
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
    const existing = toExisting(toolset, path, report);
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

function toExisting(toolset: ToolsetFile, path: Path, report: FindingsReport): Toolset | null {
  const { type, dialect, progress_nudge: nudge } = toolset;
  if (type === 'background_agents') {
    return {
      type,
      ...(dialect === 'tasks' ? { dialect } : {}),
      ...(nudge === undefined ? {} : { progressNudge: toNudge(nudge, [...path, 'progress_nudge'], report) }),
    };
  }
  return type === 'think' || type === 'todo' ? { type } : null;
}

/** What is left out is as in the example of the documentation. */
const NUDGE = { afterMs: 60_000, everyMs: 300_000 };

function toNudge(
  { after, every }: NonNullable<ToolsetFile['progress_nudge']>,
  path: Path,
  report: FindingsReport,
): ProgressNudge {
  return {
    afterMs: readDuration(after, [...path, 'after'], report) ?? NUDGE.afterMs,
    everyMs: readDuration(every, [...path, 'every'], report) ?? NUDGE.everyMs,
  };
}

function nameToolset(toolset: ToolsetFile): string {
  const detail =
    toolset.ref ?? toolset.remote?.url ?? toolset.command ?? toolset.api_config?.['name'] ?? toolset.url;
  return typeof detail === 'string' ? `${toolset.type} ${detail}` : toolset.type;
}

const BACKGROUND_OPTIONS = ['dialect', 'progress_nudge'];

function warnOfOptions(toolset: ToolsetFile, path: Path, report: FindingsReport): void {
  for (const option of Object.keys(toolset)) {
    if (TOOLSET_OPTIONS.includes(option)) continue;
    if (BACKGROUND_OPTIONS.includes(option) && toolset.type === 'background_agents') continue;
    report.warn([...path, option], `${option} has no effect on the toolset ${toolset.type} yet`);
  }
}
