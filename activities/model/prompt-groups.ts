import type { PromptMessage, PromptPart } from './provider.ts';

type AssistantMessage = Extract<PromptMessage, { role: 'assistant' }>;
type ToolMessage = Extract<PromptMessage, { role: 'tool' }>;

/** What stands between two messages of the model: results of its tool calls first, then what else was said to it. */
export interface InputGroup {
  role: 'input';
  results: ToolMessage[];
  /** One list for each message. */
  said: PromptPart[][];
}

/**
 * The conversation in the order that providers ask for: a step's results follow its tool calls directly, and what was
 * said while the tools ran comes after them.
 */
export function groupPrompt(messages: PromptMessage[]): (AssistantMessage | InputGroup)[] {
  const groups: (AssistantMessage | InputGroup)[] = [];
  for (const message of messages) {
    if (message.role === 'assistant') {
      groups.push(message);
      continue;
    }
    let group = groups.at(-1);
    if (group?.role !== 'input') {
      group = { role: 'input', results: [], said: [] };
      groups.push(group);
    }
    if (message.role === 'tool') group.results.push(message);
    else group.said.push(message.parts);
  }
  return groups;
}
