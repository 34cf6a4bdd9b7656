import { describe, expect, it } from '@jest/globals';
import { AnthropicUsage } from '../../activities/model/anthropic-usage.ts';
import { readOpenAiUsage } from '../../activities/model/openai-usage.ts';
import { costOf } from '../../config/model-prices.ts';

const counted = { inputTokens: 1000, cachedInputTokens: 0, outputTokens: 100, cacheWriteTokens: null };

describe('what a call cost', () => {
  it('counts plain, cached and written input and output at their own prices', () => {
    // gpt-4o: 2.50 plain, 1.25 cached, 10 output for a million.
    const told = {
      prompt_tokens: 1_000_000,
      completion_tokens: 100_000,
      prompt_tokens_details: { cached_tokens: 400_000 },
    };
    expect(readOpenAiUsage(told, 'gpt-4o').costUsd).toBeCloseTo(0.6 * 2.5 + 0.4 * 1.25 + 0.1 * 10, 9);
    // claude-opus-5: 5 plain, 0.50 read, 6.25 written, 25 output for a million.
    const usage = new AnthropicUsage();
    usage.add({
      input_tokens: 100_000,
      cache_read_input_tokens: 600_000,
      cache_creation_input_tokens: 300_000,
      output_tokens: 1,
    });
    usage.add({ output_tokens: 10_000, cache_read_input_tokens: null });
    expect(usage.toUsage('claude-opus-5')).toMatchObject({
      inputTokens: 1_000_000,
      cachedInputTokens: 600_000,
    });
    expect(usage.toUsage('claude-opus-5').costUsd).toBeCloseTo(
      0.1 * 5 + 0.6 * 0.5 + 0.3 * 6.25 + 0.01 * 25,
      9,
    );
  });

  it('is the same for a dated name', () => {
    expect(costOf('openai', 'gpt-4o-2024-11-20', counted)).toBe(costOf('openai', 'gpt-4o', counted));
    expect(costOf('anthropic', 'claude-haiku-4-5-20251001', counted)).toBe(
      costOf('anthropic', 'claude-haiku-4-5', counted),
    );
  });

  it('is unknown, not nothing, for another model, another server or a missing count', () => {
    expect(costOf('openai', 'gpt-unheard-of', counted)).toBeNull();
    expect(costOf('openai', 'constructor', counted)).toBeNull();
    expect(costOf('openai', 'gpt-4o', { ...counted, outputTokens: null })).toBeNull();
    expect(costOf('openai', 'gpt-5.4', { ...counted, inputTokens: 300_000 })).toBeNull();
    expect(readOpenAiUsage({ prompt_tokens: 1, completion_tokens: 1 }, null).costUsd).toBeNull();
  });

  it('is what the server says where it says it', () => {
    const told = { prompt_tokens: 1, completion_tokens: 1, cost: 0.25 };
    expect(readOpenAiUsage(told, null).costUsd).toBe(0.25);
  });
});
