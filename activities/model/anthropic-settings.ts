import type { Anthropic } from '@anthropic-ai/sdk';
import type { ModelConfig } from '../../protocol/team.ts';
import { claudeGeneration } from './claude-generation.ts';

type Body = Anthropic.MessageCreateParamsStreaming;
export type AnthropicSettings = Pick<Body, 'max_tokens' | 'thinking' | 'output_config'> & {
  temperature?: number;
  top_p?: number;
};

/** The least budget that Messages takes, and what is kept for the answer beside the thinking. */
const MIN_BUDGET = 1024;
const ANSWER_TOKENS = 8192;

const BUDGET_OF_EFFORT: Record<string, number> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 32_000,
  max: 32_000,
};

/**
 * What is asked beside the prompt. `mayThink` is false where the prompt forbids it: with a token budget, a step whose
 * tool calls came without thinking (after a fallback from another provider) cannot go on with it.
 */
export function anthropicSettings(model: ModelConfig, mayThink: boolean): AnthropicSettings {
  const generation = claudeGeneration(model.model);
  const settings: AnthropicSettings = { max_tokens: model.maxTokens ?? generation.defaultMaxTokens };
  if (generation.thinking === 'adaptive') Object.assign(settings, adaptiveThinking(model));
  else if (mayThink) Object.assign(settings, budgetedThinking(model, settings.max_tokens));
  // With a thinking budget the temperature has to be left at its default, and top_p at 0.95 or above.
  const hasBudget = settings.thinking?.type === 'enabled';
  if (generation.takesSampling) {
    if (model.temperature !== null && !hasBudget) settings.temperature = model.temperature;
    if (model.topP !== null && (!hasBudget || model.topP >= 0.95)) settings.top_p = model.topP;
  }
  return settings;
}

/** Messages of October 2026 refuses every sampling setting, the version before it takes them for the models that do. */
const SAMPLING_VERSION = '2023-06-01';

/**
 * Headers that follow from a request's body. `isOfficial`: the address is Anthropic's own; other servers are spoken to
 * in the version that all of them know.
 */
export function anthropicHeaders(
  model: ModelConfig,
  body: Partial<AnthropicSettings>,
  isOfficial: boolean,
): Record<string, string> {
  const headers: Record<string, string> = {};
  const hasSampling = ['temperature', 'top_p', 'top_k'].some((name) => Object.hasOwn(body, name));
  if (hasSampling || !isOfficial) headers['anthropic-version'] = SAMPLING_VERSION;
  // Thinking between tool calls needs a header where thinking has a budget; it is on unless the file says no.
  if (body.thinking?.type === 'enabled' && model.providerOptions.interleaved_thinking !== false) {
    headers['anthropic-beta'] = 'interleaved-thinking-2025-05-14';
  }
  return headers;
}

function adaptiveThinking(model: ModelConfig): Pick<AnthropicSettings, 'thinking' | 'output_config'> {
  const budget = model.thinkingBudget;
  if (budget === null) return {};
  // Not every model of this kind lets its thinking be turned off; the least effort is what all of them take.
  if (budget === 0 || budget === 'none') return { output_config: { effort: 'low' } };
  const effort = typeof budget === 'string' ? effortFromWord(budget) : effortFromTokens(budget);
  return {
    thinking: { type: 'adaptive', display: 'summarized' },
    ...(effort === null ? {} : { output_config: { effort } }),
  };
}

type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** Null: the model's own default. */
function effortFromWord(word: string): Effort | null {
  if (word === 'minimal') return 'low';
  return ['low', 'medium', 'high', 'xhigh', 'max'].includes(word) ? (word as Effort) : null;
}

function effortFromTokens(tokens: number): Effort | null {
  if (tokens < 0) return null;
  if (tokens <= 4096) return 'low';
  return tokens <= 16_384 ? 'medium' : 'high';
}

function budgetedThinking(
  model: ModelConfig,
  maxTokens: number,
): Pick<AnthropicSettings, 'max_tokens' | 'thinking'> {
  const asked = model.thinkingBudget;
  const tokens = typeof asked === 'string' ? (BUDGET_OF_EFFORT[asked] ?? 0) : (asked ?? 0);
  if (tokens <= 0) return { max_tokens: maxTokens };
  const wanted = Math.max(MIN_BUDGET, tokens);
  // The budget is part of max_tokens: what the file sets is a limit, what we chose ourselves makes room.
  const room = model.maxTokens ?? Math.max(maxTokens, wanted + ANSWER_TOKENS);
  const budget = Math.min(wanted, room - 1);
  if (budget < MIN_BUDGET) return { max_tokens: room };
  return { max_tokens: room, thinking: { type: 'enabled', budget_tokens: budget } };
}
