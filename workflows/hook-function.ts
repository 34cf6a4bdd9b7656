/** A hook that is a function: one request, repeated by its rules under one id. */
import { CancellationScope, condition } from '@temporalio/workflow';
import { toReason } from '../core/hook-answer.ts';
import type { FunctionRequest, FunctionResult } from '../protocol/function.ts';
import type { HookEnd, HooksInput } from '../protocol/hook-runs.ts';
import type { Hook } from '../protocol/hooks.ts';
import type { HookPhase } from '../protocol/ids.ts';
import { requestFunction } from './function-runner.ts';

export interface HookCall {
  input: HooksInput;
  phase: HookPhase;
  hook: Hook;
  position: number;
  /** The task of the background agent before it. */
  responseOf: string | null;
  isStopped: () => boolean;
}

/** Before a session somebody waits; after it the function is given more tries. */
export async function runHookFunction(call: HookCall): Promise<HookEnd & { missing: string[] }> {
  const scope = new CancellationScope();
  let isOver = false;
  void condition(() => isOver || call.isStopped()).then(() => scope.cancel());
  const result = await scope.run(() => requestFunction(toRequest(call), call.hook.timeoutMs));
  isOver = true;
  const { changed = [], missing = [] } = result;
  return { ...toEnd(call, result), changed, missing };
}

function toRequest({ input, phase, hook, position, responseOf }: HookCall): FunctionRequest {
  const { workspace, session, roster, agent } = input;
  return {
    ...{ workspace, session, task: phase, team: roster.version, function: hook.name, agent, phase },
    id: `hook_${session}_${phase}_${position}`,
    isAwaited: phase === 'pre',
    timeoutMs: hook.timeoutMs,
    ...(responseOf === null ? {} : { responseOf }),
  };
}

function toEnd(
  { phase, isStopped }: HookCall,
  { outcome, text, terminate }: FunctionResult,
): Pick<HookEnd, 'status' | 'error' | 'reason'> {
  if (outcome === 'cancelled' || (outcome === 'error' && isStopped())) {
    return { status: 'cancelled', error: null, reason: null };
  }
  if (outcome === 'error') {
    return {
      status: 'failed',
      error: { type: 'function.failed', message: text.slice(0, 1000) },
      reason: null,
    };
  }
  if (terminate === undefined || phase === 'post') return { status: 'completed', error: null, reason: null };
  return { status: 'terminated', error: null, reason: toReason(terminate.reason) };
}
