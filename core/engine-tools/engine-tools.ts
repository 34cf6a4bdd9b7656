/** The tools that the engine answers itself. Their arguments were checked where the model's reply came in. */
import type { ConversationState } from '../conversation-state.ts';
import { answerHandoff } from '../handoff.ts';
import type { EngineTool } from '../tool-call.ts';
import { askStarter } from './ask-starter.ts';
import { cancelFollowUp } from './cancel-follow-up.ts';
import { findCustomFunction } from './custom-function.ts';
import { endSession } from './end-session.ts';
import { scheduleFollowUp } from './schedule-follow-up.ts';
import { backgroundTools } from './background-dialect.ts';
import { findSubAgentTool, taskTools } from './tasks-dialect.ts';

const tools: Record<string, EngineTool | undefined> = {
  ...backgroundTools,
  ...taskTools,
  handoff: answerHandoff,
  ask_starter: askStarter,
  end_session: endSession,
  schedule_follow_up: scheduleFollowUp,
  cancel_follow_up: cancelFollowUp,
  // The thought is in the call itself; there is nothing to do and no effect to record.
  think: () => ({ outcome: 'ok', text: 'Noted. Go on.' }),
};

/** Undefined for a tool with an effect, which an activity runs. */
export function findEngineTool(state: ConversationState, name: string): EngineTool | undefined {
  return findSubAgentTool(state, name) ?? findCustomFunction(state, name) ?? tools[name];
}
