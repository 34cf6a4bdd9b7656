/** What of a stored reply goes back into the workflow, and so into history: control, and words for people to read. */
import { textOf } from '../core/task-text.ts';
import type { ModelReply, StoredReply } from '../protocol/activities.ts';
import type { ToolCall } from '../protocol/content.ts';
import type { CatalogTool } from './tools/catalog-tool.ts';
import { hasEffect } from './tools/find-tool.ts';

/** Payloads end at 2 MiB, and histories are read by people: the store has the whole. */
const TEXT_LIMIT = 64 * 1024;
const ARGUMENTS_LIMIT = 4 * 1024;

export function toWorkflowReply(stored: StoredReply, tools: readonly CatalogTool[]): ModelReply {
  return {
    message: stored.id,
    place: stored.place,
    text: textOf(stored.content).slice(0, TEXT_LIMIT),
    toolCalls: stored.toolCalls.map((call) => toWorkflowCall(call, tools)),
    stopReason: stored.stopReason,
    ...(stored.status === 'interrupted' ? { stopped: 'interrupted' as const } : {}),
    usage: stored.usage,
  };
}

/** The engine reads the arguments of its own tools; those of others are read from the store by the activity. */
function toWorkflowCall(call: ToolCall, tools: readonly CatalogTool[]): ToolCall {
  const isSmall = JSON.stringify(call.arguments).length <= ARGUMENTS_LIMIT;
  const isFunction = tools.some((tool) => tool.name === call.name && 'parameters' in tool);
  const isRead = call.problem === undefined && !isFunction && !hasEffect(call.name);
  return isSmall || isRead ? call : { ...call, arguments: {} };
}
