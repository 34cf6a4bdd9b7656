/**
 * Handing the conversation over to another agent. The call is answered like any other; the switch is made when all
 * calls of its step have been answered, so that those beside it are still the earlier agent's.
 */
import type { HandoffArguments } from '../protocol/schemas/tool-arguments.ts';
import type { ConversationState } from './conversation-state.ts';
import { takePlace } from './place-inputs.ts';
import type { TurnPorts } from './ports.ts';
import type { Handoff, ToolAnswer, ToolCallSituation } from './tool-call.ts';
import { handoffWords } from './words.ts';

/** The tool `handoff`: who is handed to, or why not. */
export function answerHandoff({ state, reply, call, index }: ToolCallSituation): ToolAnswer {
  const { agent, reason } = call.arguments as HandoffArguments;
  const targets = (state.id.task === null && state.roster.agents[state.agent]?.handoffs) || [];
  if (!targets.includes(agent)) {
    const known = targets.length === 0 ? 'there are none' : `they are: ${targets.join(', ')}`;
    return refuse(`"${agent}" is not one of the agents that you may hand over to; ${known}`);
  }
  const first = reply.toolCalls.findIndex(({ name, problem }) => name === 'handoff' && problem === undefined);
  if (first !== index) return refuse('another call of this step hands the conversation over');
  const limit = state.roster.limits.maxHandoffsPerTurn;
  if (state.turnHandoffs >= limit) {
    const text = `not handed over: a turn may have ${limit} handoffs, so it ends here`;
    return { outcome: 'error', text, handoff: 'limit' };
  }
  const text = `The conversation is handed over to ${agent}.`;
  return { outcome: 'ok', text, handoff: { to: agent, reason: reason ?? null } };
}

function refuse(why: string): ToolAnswer {
  return { outcome: 'error', text: `not handed over: ${why}` };
}

/** From here on the other agent is the active one; it is told by whom and why. */
export function switchAgent(state: ConversationState, ports: TurnPorts, { to, reason }: Handoff): void {
  const from = state.agent;
  ports.record({ type: 'agent.switched', from, to, reason });
  const text = handoffWords(from, to, reason);
  const head = { place: takePlace(state), id: ports.newMessageId(), at: ports.now() };
  state.unstored.push({ kind: 'instruction', ...head, text });
}
