/** In the dialect `tasks` each sub-agent is a tool of that name, so the names must not meet. */
import { toToolName } from '../../core/dialect.ts';
import { labelOf } from '../../core/sub-agents.ts';
import type { SubAgent } from '../../protocol/team.ts';
import type { FindingsReport } from './finding.ts';

/** The other tools that agents may have. */
export const TAKEN_NAMES: readonly string[] = [
  'get_task_result',
  'stop_task',
  'list_tasks',
  'message_background_agent',
  'handoff',
  'think',
  'create_todo',
  'create_todos',
  'update_todos',
  'list_todos',
  'save_file',
  'report_progress',
  'ask_starter',
  'transfer_task',
  'run_background_agent',
  'list_background_agents',
  'view_background_agent',
  'stop_background_agent',
  'wait_background_agents',
];

export function checkToolNames(
  agent: string,
  subAgents: readonly SubAgent[],
  functions: readonly string[],
  report: FindingsReport,
): void {
  const seen = new Set([...TAKEN_NAMES, ...functions]);
  for (const entry of subAgents) {
    const tool = toToolName(labelOf(entry));
    if (seen.has(tool)) {
      report.error(
        ['agents', agent, 'sub_agents'],
        `the tool of "${labelOf(entry)}" would be named ${tool}, as another tool of this agent; ` +
          'give the entry another name: {agent, name}',
        'key',
      );
    }
    seen.add(tool);
  }
}
