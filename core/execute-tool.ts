import type { TaskLook } from '../protocol/activities.ts';
import { tellVariables } from './tell-variables.ts';
import type { ToolAnswer, ToolCallSituation } from './tool-call.ts';

/** A tool with an effect: an activity runs it and writes the whole result to the store. */
export async function executeTool(
  { state, ports, reply, call, place }: ToolCallSituation,
  view?: TaskLook,
): Promise<ToolAnswer> {
  const result = await ports.executeTool({
    ...state.id,
    team: state.roster.version,
    agent: state.agent,
    turn: state.turn,
    step: state.step,
    place,
    reply: reply.place,
    call: call.id,
    tool: call.name,
    ...(view === undefined ? {} : { view }),
  });
  if (result.file !== undefined) state.files += 1;
  tellVariables(state, ports, call.name, result);
  if (result.resultRead === true && view !== undefined) {
    ports.record({ type: 'completion.delivered', tasks: [view.task], turn: state.turn, by: 'tool' });
  }
  if (!result.stored) return { outcome: result.outcome, text: result.text };
  return { outcome: result.outcome, stored: true, truncated: result.truncated };
}
