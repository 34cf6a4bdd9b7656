import { describe, expect, it } from '@jest/globals';
import { parseModelAliases, readModelAliases, splitModelName } from '../../config/model-aliases.ts';

describe('the table of model aliases', () => {
  it('is YAML or JSON, name to provider/model', () => {
    expect(parseModelAliases('fast: openai/gpt-5.4-mini\nanthropic/old: anthropic/new\n')).toEqual({
      aliases: { fast: 'openai/gpt-5.4-mini', 'anthropic/old': 'anthropic/new' },
      errors: [],
    });
    expect(parseModelAliases('{"a": "dmr/ai/qwen3"}').aliases).toEqual({ a: 'dmr/ai/qwen3' });
    expect(parseModelAliases('')).toEqual({ aliases: {}, errors: [] });
  });

  it('tells each wrong entry with its line, and keeps the others', () => {
    const { aliases, errors } = parseModelAliases('a: gpt\nb: opnai/gpt\nc: 7\nd: openai/gpt\n');
    expect(aliases).toEqual({ d: 'openai/gpt' });
    expect(errors.map(({ line, message }) => `${line} ${message}`)).toEqual([
      '1 must be a model as provider/model, such as openai/gpt-5.4-mini',
      '2 the provider "opnai" is not known; did you mean "openai"?',
      '3 must be a model as provider/model, such as openai/gpt-5.4-mini',
    ]);
  });

  it('says so when it is no table, or not there', () => {
    expect(parseModelAliases('- a').errors).toHaveLength(1);
    expect(readModelAliases('/nowhere/aliases.yaml').errors[0]?.message).toMatch(/cannot be read: .*ENOENT/);
  });
});

describe('the name of a model', () => {
  it('has its provider before the first slash', () => {
    expect(splitModelName('dmr/ai/qwen3')).toEqual({ provider: 'dmr', model: 'ai/qwen3' });
    expect(['gpt', '/gpt', 'openai/', ' / '].map(splitModelName)).toEqual([null, null, null, null]);
  });
});
