import type { ConversationState } from './conversation-state.ts';
import type { TurnPorts } from './ports.ts';
import { tellMissing } from './tell-missing.ts';

/** What a tool or a function made of the variables, and in vain asked of them. */
export function tellVariables(
  state: ConversationState,
  ports: Pick<TurnPorts, 'record'>,
  by: string,
  { changed, missing }: { changed?: string[]; missing?: string[] },
): void {
  if (changed !== undefined) ports.record({ type: 'variables.changed', keys: changed, by });
  tellMissing(state, ports, missing);
}
