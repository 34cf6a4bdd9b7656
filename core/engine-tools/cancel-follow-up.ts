import type { CancelFollowUpArguments } from '../../protocol/schemas/tool-arguments.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';

export function cancelFollowUp({ state, ports, call }: ToolCallSituation): ToolAnswer {
  const { id } = call.arguments as CancelFollowUpArguments;
  if (!state.followUps.some((followUp) => followUp.id === id)) {
    const waiting = state.followUps.map((followUp) => followUp.id).join(', ');
    const known = waiting === '' ? 'none is scheduled' : `scheduled are ${waiting}`;
    return { outcome: 'error', text: `no such follow-up: ${id}; ${known}` };
  }
  ports.record({ type: 'followup.cancelled', followUp: id });
  return { outcome: 'ok', text: 'Cancelled.' };
}
