import { findTool } from './conversation.ts';
import type { Conversation, Thought } from './conversation.ts';
import { rate, readDelegates } from './plan-work.ts';
import { findDelegates } from './start-work.ts';

/** A call that hands the conversation to the agent whose description fits the words better than any sub-agent's. */
export function handOver(conversation: Conversation, text: string): Thought['calls'] {
  const tool = findTool(conversation, 'handoff');
  if (tool === undefined) return [];
  const best = (names: ReturnType<typeof readDelegates>) =>
    names
      .map(({ name, description }) => ({ name, fit: rate({ name, description }, text) }))
      .toSorted((a, b) => b.fit - a.fit)[0];
  const target = best(readDelegates(tool, ''));
  const fitHere = best(findDelegates(conversation))?.fit ?? 0;
  if (target === undefined || target.fit <= fitHere) return [];
  return [{ name: tool.name, arguments: { agent: target.name, reason: text.slice(0, 120) } }];
}
