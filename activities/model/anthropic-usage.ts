import type { Usage } from '../../protocol/content.ts';
import { isObject } from './parse-json.ts';
import { costOf } from '../../config/model-prices.ts';
import { tokens } from './token-count.ts';

/** Usage as Messages tells it: at the start, and again, as running totals, with what ends the answer. */
export class AnthropicUsage {
  #told: Record<string, unknown> = {};

  add(usage: unknown): void {
    if (!isObject(usage)) return;
    const known = Object.entries(usage).filter(([, value]) => value !== null && value !== undefined);
    this.#told = { ...this.#told, ...Object.fromEntries(known) };
  }

  /**
   * `input_tokens` of Messages leaves out what was read from the cache or written to it; ours has all of it.
   * `pricedModel` is the model whose list price applies, null where the server is not Anthropic's own.
   */
  toUsage(pricedModel: string | null): Usage {
    const told = this.#told;
    const plain = tokens(told.input_tokens);
    const read = tokens(told.cache_read_input_tokens);
    const written = tokens(told.cache_creation_input_tokens);
    const details = isObject(told.output_tokens_details) ? told.output_tokens_details : {};
    const counted = {
      inputTokens: plain === null ? null : plain + (read ?? 0) + (written ?? 0),
      cachedInputTokens: read,
      outputTokens: tokens(told.output_tokens),
      reasoningTokens: tokens(details.thinking_tokens),
    };
    const costUsd =
      pricedModel === null
        ? null
        : costOf('anthropic', pricedModel, { ...counted, cacheWriteTokens: written });
    return { ...counted, costUsd, modelCalls: 1 };
  }
}
