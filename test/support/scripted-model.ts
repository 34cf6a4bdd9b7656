/**
 * A model that says what a test tells it to. Each agent has its own script, found by the name of its model; a call
 * that no script expects fails the turn, and {@link ScriptedModel.assertUsed} fails on a step that was not asked for.
 */
import type { Provider, ProviderCall, ProviderReply } from '../../activities/model/provider.ts';
import { ApplicationFailure } from '@temporalio/common';

export interface ScriptedStep {
  say?: string;
  call?: { name: string; arguments?: Record<string, unknown>; id?: string }[];
  /** Said at once, before the step waits. */
  begin?: string;
  /** The reply waits for this. */
  after?: Promise<unknown>;
  /** Fails instead of answering: `model.bad_request` with these words. */
  fail?: string;
}

/** A step, or one made from the request, so that it can use ids that were given out before. */
export type Script = (ScriptedStep | ((call: ProviderCall) => ScriptedStep))[];

export interface ScriptedModel {
  provider: Provider;
  /** What each agent's model was asked, in order. */
  calls: { agent: string; request: ProviderCall['request'] }[];
  assertUsed(): void;
  /** For a script that was written longer than it could be known to be needed. */
  forget(): void;
}

export function scriptModel(scripts: Record<string, Script>): ScriptedModel {
  const left = new Map(Object.entries(scripts).map(([agent, script]) => [agent, [...script]]));
  const calls: ScriptedModel['calls'] = [];
  return {
    calls,
    provider: {
      async call(call) {
        const agent = call.model.model;
        calls.push({ agent, request: call.request });
        const next = left.get(agent)?.shift();
        if (next === undefined) throw unexpected(agent);
        return play(typeof next === 'function' ? next(call) : next, call, calls.length);
      },
    },
    forget: () => left.clear(),
    assertUsed() {
      const unused = [...left]
        .filter(([, script]) => script.length > 0)
        .map(([agent, { length }]) => `${agent}: ${length}`);
      if (unused.length > 0) throw new Error(`steps that no call used: ${unused.join(', ')}`);
    },
  };
}

async function play(step: ScriptedStep, call: ProviderCall, number: number): Promise<ProviderReply> {
  if (step.begin !== undefined) call.onDelta('text', step.begin);
  if (step.after !== undefined) await orAborted(step.after, call.signal);
  if (step.fail !== undefined) throw failure(step.fail);
  const text = `${step.begin ?? ''}${step.say ?? ''}`;
  if (step.say !== undefined) call.onDelta('text', step.say);
  const toolCalls = (step.call ?? []).map((tool, index) => ({
    id: tool.id ?? `call_${number}_${index}`,
    name: tool.name,
    arguments: tool.arguments ?? {},
  }));
  const usage = {
    inputTokens: 10,
    cachedInputTokens: 0,
    outputTokens: 5,
    reasoningTokens: 0,
    costUsd: null,
    modelCalls: 1,
  };
  return {
    text,
    thinking: [],
    toolCalls,
    stopReason: toolCalls.length > 0 ? 'tool_calls' : 'stop',
    usage,
    model: call.model.model,
  };
}

async function orAborted(wait: Promise<unknown>, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    wait.then(() => resolve(), reject);
  });
}

function unexpected(agent: string): ApplicationFailure {
  return failure(`the script of ${agent} has no step for this call`);
}

function failure(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'model.bad_request', message, nonRetryable: true });
}
