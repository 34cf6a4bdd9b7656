import type { Usage } from '../protocol/content.ts';
import type { ModelConfig } from '../protocol/team.ts';

/** US dollars for a million tokens. */
interface Price {
  input: number;
  cached: number;
  output: number;
  /** Beyond so many input tokens another price applies, and the cost is unknown here. */
  upTo?: number;
}

const LONG_CONTEXT = { upTo: 200_000 };
const OPENAI_LONG_CONTEXT = { upTo: 272_000 };

/** List prices of November 2026, as the providers publish them for their standard tier. */
const PRICES: Record<'openai' | 'anthropic', Record<string, Price>> = {
  openai: {
    'gpt-5.6-sol': { input: 4, cached: 0.4, output: 20, ...OPENAI_LONG_CONTEXT },
    'gpt-5.6-terra': { input: 2, cached: 0.2, output: 12, ...OPENAI_LONG_CONTEXT },
    'gpt-5.6-luna': { input: 0.2, cached: 0.02, output: 1.2, ...OPENAI_LONG_CONTEXT },
    'gpt-5.5': { input: 5, cached: 0.5, output: 30, ...OPENAI_LONG_CONTEXT },
    'gpt-5.4': { input: 2.5, cached: 0.25, output: 15, ...OPENAI_LONG_CONTEXT },
    'gpt-5.4-mini': { input: 0.75, cached: 0.075, output: 4.5 },
    'gpt-5.4-nano': { input: 0.2, cached: 0.02, output: 1.25 },
    'gpt-5.2': { input: 1.75, cached: 0.175, output: 14 },
    'gpt-5.1': { input: 1.25, cached: 0.125, output: 10 },
    'gpt-5': { input: 1.25, cached: 0.125, output: 10 },
    'gpt-5-mini': { input: 0.25, cached: 0.025, output: 2 },
    'gpt-5-nano': { input: 0.05, cached: 0.005, output: 0.4 },
    'gpt-4.1': { input: 2, cached: 0.5, output: 8 },
    'gpt-4.1-mini': { input: 0.4, cached: 0.1, output: 1.6 },
    'gpt-4.1-nano': { input: 0.1, cached: 0.025, output: 0.4 },
    'gpt-4o': { input: 2.5, cached: 1.25, output: 10 },
    'gpt-4o-mini': { input: 0.15, cached: 0.075, output: 0.6 },
    o3: { input: 2, cached: 0.5, output: 8 },
    'o3-mini': { input: 1.1, cached: 0.55, output: 4.4 },
    'o4-mini': { input: 1.1, cached: 0.275, output: 4.4 },
  },
  anthropic: {
    'claude-fable-5-1': { input: 10, cached: 0.25, output: 50 },
    'claude-fable-5': { input: 10, cached: 1, output: 50 },
    'claude-opus-5-5': { input: 4, cached: 0.2, output: 20 },
    'claude-opus-5': { input: 5, cached: 0.5, output: 25 },
    'claude-opus-4-8': { input: 5, cached: 0.5, output: 25 },
    'claude-opus-4-7': { input: 5, cached: 0.5, output: 25 },
    'claude-opus-4-6': { input: 5, cached: 0.5, output: 25 },
    'claude-opus-4-5': { input: 5, cached: 0.5, output: 25 },
    'claude-sonnet-5': { input: 2, cached: 0.2, output: 10 },
    'claude-sonnet-4-6': { input: 3, cached: 0.3, output: 15 },
    'claude-sonnet-4-5': { input: 3, cached: 0.3, output: 15, ...LONG_CONTEXT },
    'claude-haiku-4-5': { input: 1, cached: 0.1, output: 5 },
  },
};

/** Both providers charge tokens that are written to the cache (for 5 and for 30 minutes) at this rate of the input. */
const CACHE_WRITE_RATE = 1.25;

type Counted = Pick<Usage, 'inputTokens' | 'cachedInputTokens' | 'outputTokens'> & {
  /** Part of `inputTokens`; null counts as none. */
  cacheWriteTokens: number | null;
};

/** US dollars of one call; null where the price or a count is unknown. */
export function costOf(provider: 'openai' | 'anthropic', model: string, counted: Counted): number | null {
  const price = findPrice(provider, model);
  const { inputTokens, outputTokens } = counted;
  if (price === undefined || inputTokens === null || outputTokens === null) return null;
  if (inputTokens > (price.upTo ?? Infinity)) return null;
  const cached = counted.cachedInputTokens ?? 0;
  const written = counted.cacheWriteTokens ?? 0;
  const plain = Math.max(0, inputTokens - cached - written);
  const input = (plain + written * CACHE_WRITE_RATE) * price.input + cached * price.cached;
  return (input + outputTokens * price.output) / 1_000_000;
}

/** Whether the list price of a model applies: at another address another one may. */
export function hasPrice({ provider, model, baseUrl }: ModelConfig): boolean {
  return baseUrl === null && findListPrice(provider, model) !== undefined;
}

/** US dollars of a call by the list, also where a long context costs more; 0 where no price is known. */
export function estimateCost(
  { provider, model }: Pick<ModelConfig, 'provider' | 'model'>,
  tokens: { input: number; output: number },
): number {
  const price = findListPrice(provider, model);
  return price === undefined ? 0 : (tokens.input * price.input + tokens.output * price.output) / 1_000_000;
}

function findListPrice(provider: string, model: string): Price | undefined {
  return provider === 'openai' || provider === 'anthropic' ? findPrice(provider, model) : undefined;
}

/** A dated name (`gpt-4o-2024-11-20`, `claude-opus-4-5-20251101`) has the price of its model. */
function findPrice(provider: 'openai' | 'anthropic', model: string): Price | undefined {
  const prices = PRICES[provider];
  const undated = model.replace(/-(\d{8}|\d{4}-\d{2}-\d{2})$/, '');
  return Object.hasOwn(prices, undated) ? prices[undated] : undefined;
}
