/** Custom functions of a team: tools that the engine does not bring. */
import { readProperties } from './conversation.ts';
import type { Conversation, DemoTool, Thought } from './conversation.ts';
import { makeValue, readMaterial } from './make-value.ts';
import { rate } from './plan-work.ts';
import { isSubAgentTool } from './task-tools.ts';

const OF_THE_ENGINE =
  /^(?:think|handoff|transfer_task|ask_starter|save_file|report_progress|(?:run|list|view|stop|message|wait)_background_agents?|get_task_result|stop_task|list_tasks|\w+_todos?|end_session|(?:schedule|cancel)_follow_up|set_variable)$/;

/** How near words have to be to a function's name and description. */
const NEAR = 2;

function findFunctions({ tools, mayCallTools }: Conversation): DemoTool[] {
  if (!mayCallTools) return [];
  return tools.filter((tool) => !OF_THE_ENGINE.test(tool.name) && !isSubAgentTool(tool));
}

/** The function that fits the words best, if one does. */
export function callFitting(conversation: Conversation, text: string): Thought['calls'] {
  const [best] = findFunctions(conversation)
    .map((tool) => ({ tool, fit: rate(tool, text) }))
    .toSorted((a, b) => b.fit - a.fit);
  return best === undefined || best.fit < NEAR ? [] : [toCall(conversation, best.tool)];
}

/** A function that was not called yet. */
export function callNext(conversation: Conversation, hasCalled: (name: string) => boolean): Thought['calls'] {
  const next = findFunctions(conversation).find((tool) => !hasCalled(tool.name));
  return next === undefined ? [] : [toCall(conversation, next)];
}

function toCall(conversation: Conversation, { name, parameters }: DemoTool): Thought['calls'][number] {
  const material = readMaterial(conversation);
  const given = Object.entries(readProperties(parameters)).map(
    ([key, schema]) => [key, makeValue(schema, material, key)] as const,
  );
  return { name, arguments: Object.fromEntries(given) };
}
