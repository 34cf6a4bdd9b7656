/** The default dialect: its names and arguments on the operations that both dialects share. */
import type {
  MessageBackgroundAgentArguments,
  RunBackgroundAgentArguments,
  StopBackgroundAgentArguments,
  TransferTaskArguments,
  ViewBackgroundAgentArguments,
  WaitBackgroundAgentsArguments,
} from '../../protocol/schemas/tool-arguments.ts';
import type { TaskRequest } from '../../protocol/task.ts';
import type { EngineTool } from '../tool-call.ts';
import { listBackgroundAgents } from './list-background-agents.ts';
import { messageBackgroundAgent } from './message-background-agent.ts';
import { runBackgroundAgent } from './run-background-agent.ts';
import { stopBackgroundAgent } from './stop-background-agent.ts';
import { transferTask } from './transfer-task.ts';
import { viewBackgroundAgent } from './view-background-agent.ts';
import { waitBackgroundAgents } from './wait-background-agents.ts';

export const backgroundTools: Record<string, EngineTool> = {
  run_background_agent: (situation) =>
    runBackgroundAgent(situation, toTaskRequest(situation.call.arguments as RunBackgroundAgentArguments)),
  transfer_task: (situation) =>
    transferTask(situation, toTaskRequest(situation.call.arguments as TransferTaskArguments)),
  list_background_agents: (situation) => listBackgroundAgents(situation),
  view_background_agent: (situation) => {
    const { task_id } = situation.call.arguments as ViewBackgroundAgentArguments;
    return viewBackgroundAgent(situation, { task: task_id });
  },
  stop_background_agent: (situation) => {
    const { task_id, mode } = situation.call.arguments as StopBackgroundAgentArguments;
    return stopBackgroundAgent(situation, { task: task_id, ...(mode === undefined ? {} : { mode }) });
  },
  message_background_agent: (situation) => {
    const { task_id, ...words } = situation.call.arguments as MessageBackgroundAgentArguments;
    return messageBackgroundAgent(situation, { task: task_id, ...words });
  },
  wait_background_agents: (situation) => {
    const { task_ids, ...rest } = situation.call.arguments as WaitBackgroundAgentsArguments;
    return waitBackgroundAgents(situation, { tasks: task_ids, ...rest });
  },
};

function toTaskRequest({
  expected_output: expectedOutput,
  ...rest
}: RunBackgroundAgentArguments | TransferTaskArguments): TaskRequest {
  const { depends_on: dependsOn, ...request } = { depends_on: undefined, ...rest };
  return {
    ...request,
    ...(expectedOutput === undefined ? {} : { expectedOutput }),
    ...(dependsOn === undefined ? {} : { dependsOn }),
  };
}
