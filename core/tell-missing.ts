import type { ConversationState } from './conversation-state.ts';
import type { TurnPorts } from './ports.ts';

/** Of variables that a template asked for in vain: each is told once in a conversation. */
export function tellMissing(
  state: ConversationState,
  ports: Pick<TurnPorts, 'record'>,
  missing: readonly string[] = [],
): void {
  const keys = missing.filter((key) => !state.toldMissing.includes(key));
  if (keys.length > 0) ports.record({ type: 'variables.missing', keys });
}
