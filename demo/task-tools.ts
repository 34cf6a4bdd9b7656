/** What can be done with background tasks, by the names of the two dialects that a team may have them in. */
import type { Command } from './commands.ts';
import { findTool, readProperties } from './conversation.ts';
import type { Conversation, DemoCall, DemoTool, Thought } from './conversation.ts';

type TaskTools = Record<Command['kind'], string>;

const DIALECTS: TaskTools[] = [
  {
    status: 'list_background_agents',
    view: 'view_background_agent',
    stop: 'stop_background_agent',
    message: 'message_background_agent',
    wait: 'wait_background_agents',
  },
  {
    status: 'list_tasks',
    view: 'get_task_result',
    stop: 'stop_task',
    message: 'message_background_agent',
    wait: 'get_task_result',
  },
];

export function findTaskTools(conversation: Conversation): TaskTools | undefined {
  return DIALECTS.find(({ status }) => findTool(conversation, status) !== undefined);
}

/** A tool that is a sub-agent. */
export function isSubAgentTool({ parameters }: DemoTool): boolean {
  const known = readProperties(parameters);
  return known['task'] !== undefined && known['background'] !== undefined;
}

export function isStart(call: DemoCall | undefined): boolean {
  return call?.name === 'run_background_agent' || call?.arguments['background'] === true;
}

export function isList(call: DemoCall | undefined): boolean {
  return DIALECTS.some(({ status }) => status === call?.name);
}

/** Calls that do to these tasks what was said. */
export function toCalls(conversation: Conversation, command: Command, ids: string[]): Thought['calls'] {
  const name = findTaskTools(conversation)?.[command.kind];
  const tool = name === undefined ? undefined : findTool(conversation, name);
  if (tool === undefined) return [];
  const known = readProperties(tool.parameters);
  if (known['task_ids']) return [{ name: tool.name, arguments: { task_ids: ids } }];
  const words = {
    ...(command.kind === 'message' && { message: command.message }),
    ...(command.kind === 'stop' && command.wrapsUp && known['mode'] && { mode: 'wrap_up' }),
    ...(command.kind === 'wait' && { wait: true }),
  };
  return ids.map((id) => ({ name: tool.name, arguments: { task_id: id, ...words } }));
}
