import { describe, expect, it } from '@jest/globals';
import { claudeGeneration } from '../../../activities/model/claude-generation.ts';

describe('the generation of a Claude model', () => {
  it.each([
    ['claude-3-haiku-20240307', 'budget', true],
    ['claude-3-5-sonnet-latest', 'budget', true],
    ['claude-sonnet-4-20250514', 'budget', true],
    ['claude-sonnet-4-0', 'budget', true],
    ['claude-opus-4-5-20251101', 'budget', true],
    ['claude-sonnet-4-6', 'adaptive', true],
    ['claude-opus-4-7', 'adaptive', false],
    ['claude-sonnet-5', 'adaptive', false],
    ['claude-fable-5-1', 'adaptive', false],
    ['claude-mythos-preview', 'adaptive', false],
    ['minimax-m2', 'budget', true],
  ])('%s: %s thinking, sampling settings: %s', (model, thinking, takesSampling) => {
    expect(claudeGeneration(model)).toMatchObject({ thinking, takesSampling });
  });
});
