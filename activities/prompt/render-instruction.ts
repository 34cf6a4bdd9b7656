import { renderText } from '../../core/render-template.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import type { Agent } from '../../protocol/team.ts';
import type { Store } from '../../storage/store.ts';
import { readVariables } from '../read-variables.ts';

/** The agent with its instruction filled in, and the variables that it asks for and nobody has set. */
export async function renderInstruction(
  store: Store,
  conversation: ConversationId,
  agent: Agent,
): Promise<{ agent: Agent; missing: string[] }> {
  if (!agent.instruction.includes('{{')) return { agent, missing: [] };
  const missing = new Set<string>();
  const variables = await readVariables(store, conversation);
  const instruction = renderText(agent.instruction, { variables, missing });
  return { agent: { ...agent, instruction }, missing: [...missing] };
}
