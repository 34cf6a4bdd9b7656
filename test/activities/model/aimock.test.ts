import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LLMock } from '@copilotkit/aimock';
import { createProvider } from '../../../activities/model/create-provider.ts';
import {
  callProvider,
  joinDeltas,
  LOOK_UP,
  modelConfig,
  promptRequest,
  userSays,
} from '../../support/model-calls.ts';

const MODELS = [
  ['openai', modelConfig()],
  ['anthropic', modelConfig({ provider: 'anthropic', model: 'claude-opus-5' })],
] as const;

let mock: LLMock;

beforeEach(async () => {
  mock = new LLMock({ port: 0 });
  await mock.start();
});
afterEach(async () => {
  await mock.stop();
});

// The same answers in both protocols, as another implementation writes them.
describe.each(MODELS)('a model of %s behind a stand-in for the provider', (_name, model) => {
  const call = (said: string) =>
    callProvider(createProvider({ env: {}, demo: { baseUrl: mock.url } }), {
      model,
      request: promptRequest({ messages: [userSays(said)], tools: [LOOK_UP] }),
    });

  it('says something', async () => {
    mock.onMessage('hello', { content: 'Hi there, how can I help?' });
    const { reply, deltas } = await call('hello');
    expect(reply.text).toBe('Hi there, how can I help?');
    expect(joinDeltas(deltas, 'text')).toBe(reply.text);
    expect(reply.usage.outputTokens).not.toBeNull();
  });

  it('thinks before it says it', async () => {
    mock.onMessage('think', { content: 'Yes.', reasoning: 'It is so.' });
    const { reply } = await call('think');
    expect(reply.text).toBe('Yes.');
    expect(reply.thinking.map((part) => part.text)).toEqual(['It is so.']);
  });

  it('calls several tools at once', async () => {
    const words = ['apple', 'pear'];
    mock.onMessage('fruit', {
      toolCalls: words.map((word) => ({ name: 'look_up', arguments: JSON.stringify({ word }) })),
    });
    const { reply, deltas } = await call('fruit');
    expect(reply.toolCalls.map(({ name, arguments: { word } }) => [name, word])).toEqual([
      ['look_up', 'apple'],
      ['look_up', 'pear'],
    ]);
    for (const tool of reply.toolCalls) {
      const own = deltas.filter((delta) => delta.call === tool.id);
      expect(JSON.parse(joinDeltas(own, 'arguments'))).toEqual(tool.arguments);
    }
  });

  it('is cut off', async () => {
    mock.onMessage('long', { content: 'This will be cut short. '.repeat(20) }, { truncateAfterChunks: 3 });
    await expect(call('long')).rejects.toMatchObject({ nonRetryable: false });
  });

  it('refuses for a moment', async () => {
    mock.nextRequestError(429, { message: 'Rate limited', type: 'rate_limit_error' });
    await expect(call('hello')).rejects.toMatchObject({ type: 'model.rate_limited', nonRetryable: false });
  });
});
