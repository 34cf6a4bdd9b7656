import { describe, expect, it } from '@jest/globals';
import { PROVIDER_NAMES, resolveProvider } from '../../config/model-providers.ts';

const model = (provider: string, baseUrl: string | null = null, tokenKey: string | null = null) =>
  resolveProvider({ provider, baseUrl, tokenKey });

describe('where a model is called', () => {
  it('knows the address and the key of OpenAI and Anthropic, and lets the environment move them', () => {
    expect(model('openai')).toEqual({
      protocol: 'openai',
      baseUrl: 'https://api.openai.com/v1',
      baseUrlVariable: 'OPENAI_BASE_URL',
      keyVariable: 'OPENAI_API_KEY',
    });
    expect(model('anthropic')).toMatchObject({ protocol: 'anthropic', keyVariable: 'ANTHROPIC_API_KEY' });
  });

  it('takes the address of the file before the one of the environment', () => {
    expect(model('openai', 'https://gateway.example/v1/', 'GATEWAY_KEY')).toEqual({
      protocol: 'openai',
      baseUrl: 'https://gateway.example/v1',
      baseUrlVariable: null,
      keyVariable: 'GATEWAY_KEY',
    });
  });

  it('speaks the OpenAI protocol to a provider of the file, without a key where none is named', () => {
    expect(model('my_gateway', 'https://gateway.example')).toMatchObject({
      protocol: 'openai',
      keyVariable: null,
    });
  });

  it('asks servers on this machine without a key', () => {
    expect(model('ollama')).toMatchObject({ baseUrl: 'http://localhost:11434/v1', keyVariable: null });
    expect(model('dmr')).toMatchObject({ protocol: 'openai', keyVariable: null });
  });

  it('says why a known provider cannot be called, and what to do', () => {
    expect(PROVIDER_NAMES).toContain('amazon-bedrock');
    expect(model('amazon-bedrock')).toEqual({
      protocol: null,
      reason: expect.stringMatching(/AWS credentials; give the model a base_url/),
    });
  });

  it('does not take a name of every object for a provider', () => {
    expect(model('constructor')).toMatchObject({
      protocol: null,
      reason: expect.stringContaining('not known'),
    });
  });
});
