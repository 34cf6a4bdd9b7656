/** One tool call that has an effect: it runs, its whole result is stored, its head goes back to the workflow. */
import { ApplicationFailure } from '@temporalio/common';
import type { Activities, ToolRequest, ToolResult } from '../protocol/activities.ts';
import { textOf } from '../core/task-text.ts';
import type { TranscriptRow } from '../protocol/transcript.ts';
import { heartbeatInterval, watchAbort, withHeartbeat } from './activity-abort.ts';
import { currentRun } from './current-run.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { newMessageId } from './new-id.ts';
import { outlastOutage } from './outlast-outage.ts';
import { announceProgress } from './task-progress.ts';
import { findTool } from './tools/find-tool.ts';
import type { ToolEffect } from './tools/tool-effect.ts';

/** Spec: "`executeTool` stores the whole result and returns up to 4 KiB of it". */
const HEAD_LENGTH = 4096;
/** A tool that answers with more is cut, and says so. */
const RESULT_LIMIT = 1024 * 1024;

export function createExecuteTool(dependencies: ActivityDependencies): Activities['executeTool'] {
  return (request) =>
    withHeartbeat(heartbeatInterval(request.task), async () => {
      const { step, tool } = request;
      announceProgress(dependencies.bus, request, { phase: 'tools', step, tool });
      const known = await outlastOutage(() => findResult(dependencies, request));
      if (known !== undefined) return toResult(known, {});
      const effect = await outlastOutage(() => run(dependencies, request));
      const result = {
        place: request.place,
        id: newMessageId(),
        call: request.call,
        tool,
        outcome: effect.outcome,
        text: cut(effect.text),
        at: Date.now(),
        run: currentRun(),
      };
      const { transcript } = dependencies.store;
      return toResult(await outlastOutage(() => transcript.putToolResult(request, result)), effect);
    });
}

/** What an attempt before stored: an effect is not repeated when its result is known. */
async function findResult(
  { store }: ActivityDependencies,
  request: ToolRequest,
): Promise<TranscriptRow | undefined> {
  const rows = await store.transcript.rowsByCalls(request, [request.call]);
  return rows.find(({ place }) => place.join() === request.place.join());
}

async function run(dependencies: ActivityDependencies, request: ToolRequest): Promise<ToolEffect> {
  const abort = watchAbort(dependencies, request);
  try {
    const callArguments = await readArguments(dependencies, request);
    return await findTool(request.tool)(dependencies, request, callArguments, abort.signal);
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    if (!abort.isInterrupted()) throw abort.signal.reason;
    return { outcome: 'cancelled', text: 'cancelled: the turn was stopped' };
  } finally {
    abort.close();
  }
}

async function readArguments(
  { store }: ActivityDependencies,
  request: ToolRequest,
): Promise<Record<string, unknown>> {
  const [turn, step] = request.reply;
  const reply = await store.transcript.storedReply(request, turn, step);
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
  return {
    outcome: row.outcome ?? 'ok',
    text: text.slice(0, HEAD_LENGTH),
    size: text.length,
    truncated: text.length > HEAD_LENGTH,
    stored: true,
    ...(effect.file === undefined ? {} : { file: effect.file }),
    ...(effect.resultRead === undefined ? {} : { resultRead: effect.resultRead }),
  };
}
