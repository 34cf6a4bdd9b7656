/** The tools that the engine answers itself. Their arguments were checked where the model's reply came in. */
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';
import { listBackgroundAgents } from './list-background-agents.ts';
import { messageBackgroundAgent } from './message-background-agent.ts';
import { runBackgroundAgent } from './run-background-agent.ts';
import { stopBackgroundAgent } from './stop-background-agent.ts';
import { transferTask } from './transfer-task.ts';
import { viewBackgroundAgent } from './view-background-agent.ts';
import { waitBackgroundAgents } from './wait-background-agents.ts';

type EngineTool = (situation: ToolCallSituation) => ToolAnswer | Promise<ToolAnswer>;

export const engineTools: Record<string, EngineTool | undefined> = {
  run_background_agent: runBackgroundAgent,
  list_background_agents: listBackgroundAgents,
  view_background_agent: viewBackgroundAgent,
  stop_background_agent: stopBackgroundAgent,
  message_background_agent: messageBackgroundAgent,
  wait_background_agents: waitBackgroundAgents,
  transfer_task: transferTask,
  // The thought is in the call itself; there is nothing to do and no effect to record.
  think: () => ({ outcome: 'ok', text: 'Noted. Go on.' }),
};
