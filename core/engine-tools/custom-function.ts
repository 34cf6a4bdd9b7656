/** A custom function as a tool: the agent waits for its answer, or gets it later like the end of a task. */
import type { FunctionRequest } from '../../protocol/function.ts';
import type { RosterFunction } from '../../protocol/team.ts';
import type { ConversationState } from '../conversation-state.ts';
import { tellVariables } from '../tell-variables.ts';
import type { EngineTool, ToolAnswer, ToolCallSituation } from '../tool-call.ts';

/** Calls under way at once, of those that nobody waits for. */
const MOST_BACKGROUND_CALLS = 50;

export function findCustomFunction(state: ConversationState, name: string): EngineTool | undefined {
  const functions = state.roster.agents[state.agent]?.functions ?? {};
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (known === undefined) return undefined;
  return (situation) =>
    known.returnMessage === undefined
      ? callAndWait(situation, known)
      : startInBackground(situation, known, known.returnMessage);
}

async function callAndWait(situation: ToolCallSituation, known: RosterFunction): Promise<ToolAnswer> {
  const { state, ports, call } = situation;
  const request = toRequest(situation, known, { id: ports.newMessageId(), isAwaited: true });
  const result = await ports.callFunction(request, known.timeoutMs);
  tellVariables(state, ports, call.name, result);
  const { outcome, text, stored, truncated } = result;
  return stored ? { outcome, stored, truncated } : { outcome, text };
}

function startInBackground(
  situation: ToolCallSituation,
  known: RosterFunction,
  returnMessage: string,
): ToolAnswer {
  const { state, ports, call } = situation;
  if (Object.keys(state.functionCalls).length >= MOST_BACKGROUND_CALLS) {
    const text = `not called: ${MOST_BACKGROUND_CALLS} calls are under way, which is the limit; wait for their ends`;
    return { outcome: 'error', text };
  }
  const request = toRequest(situation, known, { id: ports.newMessageId(), isAwaited: false });
  ports.record({ type: 'function.started', call: request.id, function: call.name, turn: state.turn });
  ports.startFunction(request, known.timeoutMs);
  return { outcome: 'ok', text: returnMessage };
}

function toRequest(
  { state, reply, call, place }: ToolCallSituation,
  { key }: RosterFunction,
  how: Pick<FunctionRequest, 'id' | 'isAwaited'>,
): FunctionRequest {
  const { turn, step, agent } = state;
  return {
    ...state.id,
    team: state.roster.version,
    function: key,
    agent,
    phase: 'during',
    ...how,
    call: {
      turn,
      step,
      place,
      reply: reply.place,
      call: call.id,
      tool: call.name,
      keepsResult: how.isAwaited,
    },
  };
}
