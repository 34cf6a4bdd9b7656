/** The budgets of a model call: its likely cost is reserved before it, what it used is charged after it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { estimateCost } from '../config/model-prices.ts';
import type { Shortage } from '../core/budget.ts';
import type { ModelCallRequest } from '../protocol/activities.ts';
import type { Budget, BudgetNotice, BudgetScope } from '../protocol/budget.ts';
import type { Usage } from '../protocol/content.ts';
import type { ModelConfig } from '../protocol/team.ts';
import type { LedgerCall } from '../storage/ledger-store.ts';
import type { Store } from '../storage/store.ts';
import { outlastOutage } from './outlast-outage.ts';
import type { PreparedPrompt } from './prompt/prepare-prompt.ts';

/** Spec: "`max_tokens` or 1,000". */
const OUTPUT_TOKENS = 1_000;
/** Roughly, of the text of any language that models are good at. */
const CHARACTERS_OF_A_TOKEN = 4;
/** An image or a document, whatever its size. */
const TOKENS_OF_A_FILE = 1_000;
/** Longer than a call may be tried for: what is reserved by then belongs to nobody. */
const EXPIRES_AFTER_MS = { conversation: 30 * 60_000, task: 4 * 3_600_000 };
/** How long room is waited for that running calls may leave. People wait for a conversation. */
const PATIENCE_MS = { conversation: 10_000, task: Infinity };
const LOOK_EVERY_MS = 500;

export interface CallBudget {
  /** Why the call is not to be made; null when it is. Rejects with the signal's reason. */
  reserve(signal: AbortSignal): Promise<BudgetNotice | null>;
  /** Charges what the call used, once; of one that was cut off, what it had been asked and had said. */
  settle(usage: Usage, said?: string): Promise<BudgetNotice | null>;
  /** The call failed. */
  release(): Promise<void>;
}

/** Null where nothing limits the call: it costs no query then. */
export function openCallBudget(
  { ledger }: Store,
  request: ModelCallRequest,
  prompt: PreparedPrompt,
): CallBudget | null {
  const budgets = findBudgets(request, prompt);
  if (Object.keys(budgets).length === 0) return null;
  const kind = request.task === null ? 'conversation' : 'task';
  const model = prompt.team.models[prompt.agent.model];
  const likely = estimate(prompt, model);
  const call = (): LedgerCall => ({ turn: request.turn, step: request.step, budgets, now: Date.now() });

  const toExhausted = ({ use }: Shortage): BudgetNotice => {
    const onExhausted = budgets[use.scope]?.onExhausted ?? 'ask';
    return { state: 'exhausted', onExhausted, ...use };
  };
  return {
    async reserve(signal) {
      const giveUpAt = Date.now() + PATIENCE_MS[kind];
      for (;;) {
        const now = call();
        const shortage = await ledger.reserve(request, {
          ...now,
          tokens: likely.input + likely.output,
          costUsd: toCost(model, likely),
          isFirst: prompt.isFirstCall,
          expiresAt: now.now + EXPIRES_AFTER_MS[kind],
        });
        if (shortage === null) return null;
        if (!shortage.mayPass || Date.now() >= giveUpAt) return toExhausted(shortage);
        await pause(signal);
      }
    },

    async settle(usage, said) {
      const used = said === undefined ? usage : toCutOff(likely.input, said);
      const tokens = addTokens(used);
      const costUsd =
        used.costUsd ??
        (used.inputTokens === null || used.outputTokens === null
          ? null
          : toCost(model, { input: used.inputTokens, output: used.outputTokens }));
      const use = await outlastOutage(() => ledger.settle(request, call(), { tokens, costUsd }));
      return use === null ? null : { state: 'warned', ...use };
    },

    release: () => ledger.release(request, request),
  };
}

function findBudgets(
  { task }: ModelCallRequest,
  { team, agent }: PreparedPrompt,
): Partial<Record<BudgetScope, Budget>> {
  const tree = team.limits.budget;
  const own = task === null ? undefined : agent.budget;
  return { ...(tree === undefined ? {} : { tree }), ...(own === undefined ? {} : { task: own }) };
}

/** The last input, or, where there was none, what the prompt has. */
function estimate(
  { lastInputTokens, request }: PreparedPrompt,
  model: ModelConfig | undefined,
): { input: number; output: number } {
  const input = lastInputTokens ?? countPrompt(request);
  return { input, output: model?.maxTokens ?? OUTPUT_TOKENS };
}

function countPrompt({ system, messages, tools }: PreparedPrompt['request']): number {
  let files = 0;
  const text = JSON.stringify({ system, messages, tools }, (key, value: unknown) => {
    if (key !== 'source') return value;
    files += 1;
    return undefined;
  });
  return Math.ceil(text.length / CHARACTERS_OF_A_TOKEN) + files * TOKENS_OF_A_FILE;
}

function toCutOff(
  inputTokens: number,
  said: string,
): Pick<Usage, 'inputTokens' | 'outputTokens' | 'costUsd'> {
  return { inputTokens, outputTokens: Math.ceil(said.length / CHARACTERS_OF_A_TOKEN), costUsd: null };
}

function addTokens({
  inputTokens,
  outputTokens,
}: Pick<Usage, 'inputTokens' | 'outputTokens'>): number | null {
  return inputTokens === null || outputTokens === null ? null : inputTokens + outputTokens;
}

function toCost(model: ModelConfig | undefined, tokens: { input: number; output: number }): number {
  return model === undefined ? 0 : estimateCost(model, tokens);
}

async function pause(signal: AbortSignal): Promise<void> {
  try {
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}
