/** The end of a function that nobody waited for: it is told like the end of a task. */
import type { FunctionResult } from '../protocol/function.ts';
import type { ConversationState } from './conversation-state.ts';
import type { TurnPorts } from './ports.ts';
import { tellVariables } from './tell-variables.ts';

export function finishFunction(
  state: ConversationState,
  ports: Pick<TurnPorts, 'record' | 'now'>,
  id: string,
  result: FunctionResult,
): void {
  const call = state.functionCalls[id];
  if (call === undefined || call.end !== null) return;
  tellVariables(state, ports, call.function, result);
  const { outcome, text, size } = result;
  const cut = text.length < size ? `\n[The first ${text.length} of ${size} characters.]` : '';
  call.end = { outcome, text: `${text}${cut}`, runtimeMs: Math.max(0, ports.now() - call.startedAt) };
  ports.record({ type: 'function.finished', call: id, function: call.function, outcome });
}

/** Whether a function that nobody waits for is under way. */
export function hasRunningFunctions(state: ConversationState): boolean {
  return Object.values(state.functionCalls).some(({ end }) => end === null);
}
