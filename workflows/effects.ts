/** Model calls and tools as the core sees them: a failure is data, and an interrupt reaches them. */
import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import type { ConversationState } from '../core/conversation-state.ts';
import type { ModelOutcome, TurnPorts } from '../core/ports.ts';
import type { ModelCall } from '../protocol/activities.ts';
import type { EventError } from '../protocol/events.ts';
import { callBackgroundModel, callMainModel, executeTool, keepModelReply } from './durable-activities.ts';
import { requestFunction } from './function-runner.ts';

type RunInterruptible = <T>(run: () => Promise<T>) => Promise<T>;

export function createEffects(
  state: ConversationState,
  runInterruptible: RunInterruptible,
): Pick<TurnPorts, 'callModel' | 'executeTool' | 'callFunction'> {
  const callModel = state.id.task === null ? callMainModel : callBackgroundModel;
  return {
    async callModel({
      workspace: _workspace,
      session: _session,
      task: _task,
      ...call
    }): Promise<ModelOutcome> {
      const model = state.roster.agents[call.agent]?.model ?? 'model';
      const options = { summary: `step ${call.step} · ${model}` };
      try {
        const reply = await runInterruptible(() => callModel.executeWithOptions(options, [call]));
        return { kind: 'reply', reply };
      } catch (error) {
        // Its worker may be gone with a reply that it had stored, or lost in the middle of what it said.
        if (state.interruptedTurn === state.turn) return keepReply(call);
        return { kind: 'failed', error: toEventError(error) };
      }
    },

    callFunction: (request, timeoutMs) => runInterruptible(() => requestFunction(request, timeoutMs)),

    async executeTool(request) {
      const options = { summary: `tool ${request.tool}` };
      try {
        return await runInterruptible(() => executeTool.executeWithOptions(options, [request]));
      } catch (error) {
        const cancelled = isCancellation(error);
        const text = cancelled ? 'cancelled: the turn was stopped' : `failed: ${toEventError(error).message}`;
        const outcome = cancelled ? 'cancelled' : 'error';
        return { outcome, text, size: text.length, truncated: false, stored: false };
      }
    },
  };
}

async function keepReply(call: ModelCall): Promise<ModelOutcome> {
  try {
    return { kind: 'reply', reply: await keepModelReply({ ...call, keep: true }) };
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return { kind: 'stopped' };
  }
}

/** The failure in words; whatever is not a failure of an activity is a bug and blocks the workflow task. */
export function toEventError(error: unknown): EventError {
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  if (cause instanceof ApplicationFailure) {
    return { type: cause.type ?? 'activity.failed', message: cause.message };
  }
  if (cause instanceof TimeoutFailure) {
    return {
      type: 'activity.timed_out',
      message: 'It took too long, or the process that worked on it was lost.',
    };
  }
  return { type: 'activity.failed', message: cause?.message ?? error.message };
}
