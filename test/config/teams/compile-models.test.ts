import { describe, expect, it } from '@jest/globals';
import { compileTeam } from '../../../config/teams/compile-team.ts';
import type { TeamSource } from '../../../config/teams/compile-team.ts';

function compileModel(agent: string, rest = '', more: Partial<TeamSource> = {}) {
  const result = compileTeam({ name: 't', yaml: `agents:\n  root: { ${agent} }\n${rest}`, ...more });
  const model = result.team?.models[result.team.agents['root']?.model ?? ''];
  return { ...result, model: model === undefined ? null : `${model.provider}/${model.model}`, config: model };
}

describe('the model of an agent', () => {
  it('keeps slashes that belong to the model', () => {
    const { config } = compileModel('model: dmr/ai/qwen3');
    expect(config).toMatchObject({ provider: 'dmr', model: 'ai/qwen3' });
  });

  it('gets address and key from a provider that the file defines', () => {
    const { config } = compileModel(
      'model: gate/gpt',
      'providers: { gate: { base_url: "https://g.example/v1", token_key: GATE_KEY } }\n',
    );
    expect(config).toMatchObject({ provider: 'gate', baseUrl: 'https://g.example/v1', tokenKey: 'GATE_KEY' });
  });

  it('may have any provider where it says the address itself', () => {
    const { errors, config } = compileModel(
      'model: mine',
      'models: { mine: { provider: home, model: m, base_url: "http://localhost:9/v1" } }\n',
    );
    expect(errors).toEqual([]);
    expect(config).toMatchObject({ provider: 'home', baseUrl: 'http://localhost:9/v1' });
  });

  it.each([
    ['model: mine', 'models: { mine: { provider: openai } }', 'the model has no name'],
    ['model: mine', 'models: { mine: { provider: openai, model: m, base_url: here } }', 'is not an address'],
    [
      'model: mine',
      'models: { mine: { provider: openai, model: m, temperature: 9 } }',
      'must be at most 2, not 9',
    ],
    [
      'model: mine',
      'models: { mine: { provider: openai, model: m, thinking_budget: a lot } }',
      'number of tokens',
    ],
    ['model: mien', 'models: { mine: { provider: openai, model: m } }', 'did you mean "mine"?'],
    ['model: openai/', '', 'names no provider'],
    ['model: gate/m', 'providers: { gate: { token_key: K } }', '"base_url" is missing'],
    ['model: 4', '', 'must be text, not 4'],
  ])('%s with %s is an error', (agent, rest, words) => {
    const { team, errors } = compileModel(agent, `${rest}\n`);
    expect(team).toBeNull();
    expect(errors.map((error) => error.message).join('\n')).toContain(words);
  });

  it('is replaced by the operator’s aliases, named or defined', () => {
    const aliases = {
      'anthropic/claude-sonnet-4-0': 'anthropic/claude-sonnet-5-5',
      small: 'openai/gpt-5.4-mini',
    };
    expect(compileModel('model: anthropic/claude-sonnet-4-0', '', { aliases }).model).toBe(
      'anthropic/claude-sonnet-5-5',
    );
    expect(compileModel('model: small', '', { aliases }).model).toBe('openai/gpt-5.4-mini');
    const defined = 'models: { c: { provider: anthropic, model: claude-sonnet-4-0, temperature: 1 } }\n';
    const { model, config } = compileModel('model: c', defined, { aliases });
    expect(model).toBe('anthropic/claude-sonnet-5-5');
    expect(config?.temperature).toBe(1);
  });

  it('is the first of first_available whose key is set, else the first', () => {
    const rest =
      'models: { smart: { first_available: [anthropic/claude-opus-5-5, openai/gpt-5.4], max_tokens: 50 } }\n';
    const isSet = (variable: string): boolean => variable === 'OPENAI_API_KEY';
    expect(compileModel('model: smart', rest, { isSet })).toMatchObject({
      model: 'openai/gpt-5.4',
      config: { maxTokens: 50 },
    });
    expect(compileModel('model: smart', rest).model).toBe('anthropic/claude-opus-5-5');
  });

  it('is picked where the file says auto or nothing, and the second is told', () => {
    const isSet = (variable: string): boolean => variable === 'OPENAI_API_KEY';
    expect(compileModel('model: auto', '', { isSet })).toMatchObject({
      model: 'openai/gpt-5.4-mini',
      warnings: [],
    });
    const { model, warnings } = compileModel('instruction: Hi', '', { isSet });
    expect(model).toBe('openai/gpt-5.4-mini');
    expect(warnings.map((warning) => warning.message)).toEqual([
      'names no model; openai/gpt-5.4-mini is used, as for "model: auto"',
    ]);
  });

  it('with a provider that cannot be called yet is loaded with a warning', () => {
    const { team, warnings } = compileModel('model: amazon-bedrock/claude');
    expect(team).not.toBeNull();
    expect(warnings.map((warning) => warning.message)).toEqual([expect.stringContaining('AWS credentials')]);
  });
});
