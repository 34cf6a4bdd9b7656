/** The result of a tool call in the transcript: written once, whole; its head goes back to the workflow. */
import { ApplicationFailure } from '@temporalio/common';
import { textOf } from '../core/task-text.ts';
import type { ToolRequest, ToolResult } from '../protocol/activities.ts';
import type { TranscriptRow } from '../protocol/transcript.ts';
import type { Store } from '../storage/store.ts';
import { currentRun } from './current-run.ts';
import { newMessageId } from './new-id.ts';
import { outlastOutage } from './outlast-outage.ts';
import type { ToolEffect } from './tools/tool-effect.ts';

/** Spec: "`executeTool` stores the whole result and returns up to 4 KiB of it". */
const HEAD_LENGTH = 4096;
/** A tool that answers with more is cut, and says so. */
const RESULT_LIMIT = 1024 * 1024;

export type ToolPlace = Pick<
  ToolRequest,
  'workspace' | 'session' | 'task' | 'turn' | 'step' | 'place' | 'reply' | 'call' | 'tool'
>;

/** What an attempt before stored: an effect is not repeated when its result is known. */
export async function findToolResult(store: Store, request: ToolPlace): Promise<ToolResult | undefined> {
  const rows = await store.transcript.rowsByCalls(request, [request.call]);
  const known = rows.find(({ place }) => place.join() === request.place.join());
  return known === undefined ? undefined : toResult(known, {});
}

export async function storeToolResult(
  { transcript }: Store,
  request: ToolPlace,
  effect: ToolEffect,
): Promise<ToolResult> {
  const result = {
    place: request.place,
    id: newMessageId(),
    call: request.call,
    tool: request.tool,
    outcome: effect.outcome,
    text: cut(effect.text),
    at: Date.now(),
    run: currentRun(),
  };
  return toResult(await outlastOutage(() => transcript.putToolResult(request, result)), effect);
}

export async function readArguments(
  { transcript }: Store,
  request: Pick<ToolPlace, 'workspace' | 'session' | 'task' | 'reply' | 'call'>,
): Promise<Record<string, unknown>> {
  const [turn, step] = request.reply;
  const reply = await transcript.storedReply(request, turn, step);
  const call = reply?.toolCalls.find(({ id }) => id === request.call);
  if (call !== undefined) return call.arguments;
  throw ApplicationFailure.create({
    type: 'tool.call_not_found',
    message: `The call ${request.call} is not in the transcript.`,
    nonRetryable: true,
  });
}

function cut(text: string): string {
  if (text.length <= RESULT_LIMIT) return text;
  return `${text.slice(0, RESULT_LIMIT)}\n[cut: the result had ${text.length} characters]`;
}

function toResult(row: TranscriptRow, effect: Partial<ToolEffect>): ToolResult {
  const text = textOf(row.content);
  const { outcome: _outcome, text: _text, ...more } = effect;
  return {
    outcome: row.outcome ?? 'ok',
    text: text.slice(0, HEAD_LENGTH),
    size: text.length,
    truncated: text.length > HEAD_LENGTH,
    stored: true,
    ...more,
  };
}
