/**
 * The tool calls of a step: all at once, their ends recorded in the order in which the model made them. Gives the
 * handoff that one of them decided.
 */
import type { ModelReply } from '../protocol/activities.ts';
import type { ToolCall } from '../protocol/content.ts';
import type { NewRow, Place } from '../protocol/transcript.ts';
import type { ConversationState } from './conversation-state.ts';
import { dialectOf } from './dialect.ts';
import { findEngineTool } from './engine-tools/engine-tools.ts';
import { executeTool } from './execute-tool.ts';
import { takePlace } from './place-inputs.ts';
import type { TurnPorts } from './ports.ts';
import type { Handoff, ToolAnswer, ToolCallSituation } from './tool-call.ts';

export async function answerToolCalls(
  state: ConversationState,
  ports: TurnPorts,
  reply: ModelReply,
): Promise<Handoff | 'limit' | null> {
  const { turn, step } = state;
  const calls = reply.toolCalls.map((call) => ({ call, place: takePlace(state) }));
  for (const { call } of calls)
    ports.record({ type: 'tool.started', turn, step, call: call.id, tool: call.name });
  const answers = calls.map(({ call, place }, index) =>
    answerToolCall({ state, ports, reply, call, place, index, dialect: dialectOf(state) }),
  );
  let handoff: Handoff | 'limit' | null = null;
  for (const [index, { call, place }] of calls.entries()) {
    const answer = await answers[index];
    if (answer === undefined) continue;
    if (!('stored' in answer)) state.unstored.push(toRow(ports, call, place, answer));
    const truncated = 'stored' in answer && answer.truncated;
    if ('handoff' in answer) handoff ??= answer.handoff ?? null;
    const { outcome } = answer;
    ports.record({ type: 'tool.finished', turn, step, call: call.id, tool: call.name, outcome, truncated });
  }
  return handoff;
}

async function answerToolCall(situation: ToolCallSituation): Promise<ToolAnswer> {
  const { state, call, index } = situation;
  const limit = state.roster.limits.maxToolCallsPerStep;
  if (state.interruptedTurn === state.turn)
    return { outcome: 'cancelled', text: 'cancelled: the turn was stopped' };
  if (index >= limit) {
    return {
      outcome: 'error',
      text: `not run: a step may make ${limit} tool calls; make this one in the next step`,
    };
  }
  if (call.problem !== undefined) return { outcome: 'error', text: call.problem };
  const engineTool = findEngineTool(state, call.name);
  if (engineTool !== undefined) return engineTool(situation);
  return executeTool(situation);
}

function toRow(
  ports: TurnPorts,
  call: ToolCall,
  place: Place,
  answer: Exclude<ToolAnswer, { stored: true }>,
): NewRow {
  const head = { place, id: ports.newMessageId(), at: ports.now(), call: call.id, tool: call.name };
  if ('answer' in answer) return { kind: 'tool_tasks', ...head, answer: answer.answer };
  return { kind: 'tool', ...head, outcome: answer.outcome, text: answer.text };
}
