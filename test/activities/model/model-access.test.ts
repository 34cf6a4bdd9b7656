import { describe, expect, it } from '@jest/globals';
import { resolveEndpoint } from '../../../activities/model/model-access.ts';
import { modelConfig } from '../../support/model-calls.ts';

const env = { OPENAI_API_KEY: 'sk-1', ANTHROPIC_API_KEY: 'sk-2' };
const claude = modelConfig({ provider: 'anthropic', model: 'claude-opus-5' });

describe('where a model is called', () => {
  it('is its provider, under the key of the environment', () => {
    expect(resolveEndpoint(modelConfig(), { env, demo: null })).toEqual({
      protocol: 'openai',
      baseUrl: 'https://api.openai.com/v1',
      key: 'sk-1',
      keyVariable: 'OPENAI_API_KEY',
      isOfficial: true,
    });
    expect(resolveEndpoint(claude, { env, demo: null })).toMatchObject({
      protocol: 'anthropic',
      key: 'sk-2',
    });
  });

  it('is the address that the environment sets', () => {
    const moved = {
      ...env,
      OPENAI_BASE_URL: 'http://localhost:1234/v1/',
      ANTHROPIC_BASE_URL: 'http://localhost:5678',
    };
    const access = { env: moved, demo: null };
    expect(resolveEndpoint(modelConfig(), access)).toMatchObject({
      baseUrl: 'http://localhost:1234/v1',
      isOfficial: false,
    });
    expect(resolveEndpoint(claude, access).baseUrl).toBe('http://localhost:5678');
  });

  it('is the address of the model before that of the environment', () => {
    const access = {
      env: { ...env, OPENAI_BASE_URL: 'http://localhost:1234/v1', MY_KEY: 'mine' },
      demo: null,
    };
    const model = modelConfig({ baseUrl: 'https://models.example.com/v1', tokenKey: 'MY_KEY' });
    expect(resolveEndpoint(model, access)).toMatchObject({
      baseUrl: 'https://models.example.com/v1',
      key: 'mine',
      keyVariable: 'MY_KEY',
    });
  });

  it('is the demo server for every provider, without any key', () => {
    const access = { env: {}, demo: { baseUrl: 'http://127.0.0.1:9/' } };
    expect(resolveEndpoint(modelConfig(), access)).toMatchObject({
      baseUrl: 'http://127.0.0.1:9/v1',
      key: 'demo',
    });
    expect(resolveEndpoint(claude, access)).toMatchObject({ baseUrl: 'http://127.0.0.1:9', key: 'demo' });
    const bedrock = modelConfig({ provider: 'amazon-bedrock', model: 'x' });
    expect(resolveEndpoint(bedrock, access)).toMatchObject({ protocol: 'openai', key: 'demo' });
  });
});

describe('a missing key', () => {
  it('is told with the name of its variable', () => {
    for (const model of [
      modelConfig(),
      modelConfig({ tokenKey: 'OPENAI_API_KEY', baseUrl: 'http://localhost/v1' }),
    ]) {
      expect(() => resolveEndpoint(model, { env: { OPENAI_API_KEY: ' ' }, demo: null })).toThrow(
        expect.objectContaining({
          type: 'model.no_key',
          nonRetryable: true,
          message: expect.stringContaining('OPENAI_API_KEY'),
        }),
      );
    }
  });

  it('is none where a server of one’s own asks for none', () => {
    const own = modelConfig({ baseUrl: 'http://localhost:8000/v1' });
    expect(resolveEndpoint(own, { env: {}, demo: null }).key).toBeNull();
    const ollama = modelConfig({ provider: 'ollama', model: 'qwen3' });
    expect(resolveEndpoint(ollama, { env: {}, demo: null }).key).toBeNull();
  });
});

it('tells why a provider cannot be called', () => {
  const model = modelConfig({ provider: 'amazon-bedrock', model: 'x' });
  expect(() => resolveEndpoint(model, { env, demo: null })).toThrow(
    expect.objectContaining({ type: 'model.not_found', message: expect.stringContaining('AWS credentials') }),
  );
});
