import { findTool, freshEntries, ofKind, readProperties } from './conversation.ts';
import type { Conversation, Thought } from './conversation.ts';
import { planWork, readDelegates } from './plan-work.ts';
import type { Delegate } from './plan-work.ts';
import { isSubAgentTool } from './task-tools.ts';

const findStarter = (conversation: Conversation) =>
  findTool(conversation, 'run_background_agent') ?? findTool(conversation, 'transfer_task');
const findSubAgentTools = ({ tools, mayCallTools }: Conversation) =>
  mayCallTools ? tools.filter(isSubAgentTool) : [];

export function findDelegates(conversation: Conversation): Delegate[] {
  const tool = findStarter(conversation);
  if (tool !== undefined) return readDelegates(tool, conversation.system);
  return findSubAgentTools(conversation).map(({ name, description }) => ({ name, description }));
}

/** Calls that hand the work to the agents that fit; none when it is not work or there is nobody to do it. */
export function startWork(conversation: Conversation, text: string): Thought['calls'] {
  const tool = findStarter(conversation);
  if (tool === undefined) {
    const tasks = planWork(text, findDelegates(conversation), conversation.system);
    return tasks.map(({ agent, task }) => ({ name: agent, arguments: { task, background: true } }));
  }
  const known = readProperties(tool.parameters);
  const users = ofKind(freshEntries(conversation), 'user');
  const named = users.flatMap((user) => user.text.match(/\bfile_\w{6,}/g) ?? []);
  const attachments = [...new Set([...users.flatMap((user) => user.files), ...named])];
  const tasks = planWork(text, findDelegates(conversation), conversation.system);
  return tasks.map(({ title, ...asked }) => ({
    name: tool.name,
    arguments: {
      ...asked,
      ...(known['title'] && { title }),
      ...(known['attachments'] && attachments.length > 0 && { attachments }),
    },
  }));
}
