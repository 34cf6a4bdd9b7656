/** Custom functions as workflows have them called: a failure is a result, and what is called beside goes on beside. */
import { ActivityFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import type { ConversationState } from '../core/conversation-state.ts';
import { finishFunction } from '../core/finish-function.ts';
import type { TurnPorts } from '../core/ports.ts';
import type { FunctionRequest, FunctionResult } from '../protocol/function.ts';
import { callFunction } from './durable-activities.ts';

/** Beyond the function's own time: reading, storing, and the worker that is lost meanwhile. */
const SLACK_MS = 30_000;

export interface FunctionRunner extends Pick<TurnPorts, 'startFunction'> {
  /** Those that nobody waits for, in a conversation that closes. */
  cancel(): void;
}

export function createFunctionRunner(
  state: ConversationState,
  ports: Pick<TurnPorts, 'record' | 'now'>,
): FunctionRunner {
  const scopes = new Set<CancellationScope>();
  async function run(request: FunctionRequest, timeoutMs: number): Promise<void> {
    const scope = new CancellationScope();
    scopes.add(scope);
    const result = await scope.run(() => requestFunction(request, timeoutMs));
    scopes.delete(scope);
    finishFunction(state, ports, request.id, result);
  }
  return {
    startFunction: (request, timeoutMs) => void run(request, timeoutMs),
    cancel() {
      for (const scope of scopes) scope.cancel();
    },
  };
}

/** `timeoutMs` is the function's own. Cancelled by the scope that it is called in. */
export async function requestFunction(request: FunctionRequest, timeoutMs: number): Promise<FunctionResult> {
  const options = {
    summary: `function ${request.function}`,
    startToCloseTimeout: timeoutMs + SLACK_MS,
    ...(request.isAwaited ? { scheduleToCloseTimeout: timeoutMs + SLACK_MS } : {}),
  };
  try {
    return await callFunction.executeWithOptions(options, [request]);
  } catch (error) {
    const isCancelled = isCancellation(error);
    if (!isCancelled && !(error instanceof ActivityFailure)) throw error;
    const outcome = isCancelled ? 'cancelled' : 'error';
    const text = isCancelled
      ? 'cancelled: what had asked for it was stopped'
      : 'failed: the process that worked on it was lost, or an internal step failed';
    return { outcome, text, size: text.length, truncated: false, stored: false };
  }
}
