/** The dialect `tasks`: a tool for each sub-agent, and its names for what can be done with tasks. */
import type {
  GetTaskResultArguments,
  StopTaskArguments,
  SubAgentToolArguments,
} from '../../protocol/schemas/tool-arguments.ts';
import type { TaskRequest } from '../../protocol/task.ts';
import type { ConversationState } from '../conversation-state.ts';
import { toToolName } from '../dialect.ts';
import { labelOf, listSubAgents } from '../sub-agents.ts';
import type { EngineTool } from '../tool-call.ts';
import { listBackgroundAgents } from './list-background-agents.ts';
import { runBackgroundAgent } from './run-background-agent.ts';
import { stopBackgroundAgent } from './stop-background-agent.ts';
import { transferTask } from './transfer-task.ts';
import { viewBackgroundAgent } from './view-background-agent.ts';

export const taskTools: Record<string, EngineTool> = {
  get_task_result: (situation) => {
    const { task_id, wait, timeout } = situation.call.arguments as GetTaskResultArguments;
    return viewBackgroundAgent(situation, {
      task: task_id,
      ...(wait === true ? { waitMs: timeout || Infinity } : {}),
    });
  },
  stop_task: (situation) => {
    const { task_id } = situation.call.arguments as StopTaskArguments;
    return stopBackgroundAgent(situation, { task: task_id });
  },
  list_tasks: (situation) => listBackgroundAgents(situation),
};

/** The tool that is named after a sub-agent of the active agent. Without `background` it waits for the answer. */
export function findSubAgentTool(state: ConversationState, name: string): EngineTool | undefined {
  if (state.roster.agents[state.agent]?.dialect !== 'tasks') return undefined;
  const entry = listSubAgents(state).find((subAgent) => toToolName(labelOf(subAgent)) === name);
  if (entry === undefined) return undefined;
  return (situation) => {
    const { task, background, max_turns } = situation.call.arguments as SubAgentToolArguments;
    const maxTurns = max_turns === undefined || max_turns === 0 ? {} : { maxTurns: max_turns };
    const request: TaskRequest = { agent: labelOf(entry), task, ...maxTurns };
    return background === true ? runBackgroundAgent(situation, request) : transferTask(situation, request);
  };
}
