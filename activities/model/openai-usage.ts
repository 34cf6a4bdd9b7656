import type { Usage } from '../../protocol/content.ts';
import { isObject } from './parse-json.ts';
import { costOf } from '../../config/model-prices.ts';
import { tokens } from './token-count.ts';

/**
 * Usage as Chat Completions tells it (`prompt_tokens` includes the cached ones). `pricedModel` is the model whose list
 * price applies, null where the server is not OpenAI's own: what that costs is unknown, unless it tells.
 */
export function readOpenAiUsage(told: unknown, pricedModel: string | null): Usage {
  const usage = isObject(told) ? told : {};
  const prompt = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const completion = isObject(usage.completion_tokens_details) ? usage.completion_tokens_details : {};
  const counted = {
    inputTokens: tokens(usage.prompt_tokens),
    cachedInputTokens: tokens(prompt.cached_tokens) ?? tokens(usage.prompt_cache_hit_tokens),
    outputTokens: tokens(usage.completion_tokens),
    reasoningTokens: tokens(completion.reasoning_tokens),
  };
  // OpenRouter tells what the call cost.
  const toldCost = typeof usage.cost === 'number' && usage.cost >= 0 ? usage.cost : null;
  const listed =
    pricedModel === null
      ? null
      : costOf('openai', pricedModel, { ...counted, cacheWriteTokens: tokens(prompt.cache_write_tokens) });
  return { ...counted, costUsd: toldCost ?? listed, modelCalls: 1 };
}
