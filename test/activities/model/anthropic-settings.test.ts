import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAnthropicProvider } from '../../../activities/model/anthropic-provider.ts';
import { anthropicHeaders } from '../../../activities/model/anthropic-settings.ts';
import type { PromptMessage } from '../../../activities/model/provider.ts';
import type { ModelConfig } from '../../../protocol/team.ts';
import {
  assistantSays,
  callProvider,
  localAccess,
  LOOK_UP,
  modelConfig,
  promptRequest,
  toolAnswers,
  userSays,
} from '../../support/model-calls.ts';
import { anthropicText } from '../../support/scripted-anthropic.ts';
import { startScriptedProvider } from '../../support/scripted-provider.ts';
import type { ScriptedProvider } from '../../support/scripted-provider.ts';

/** A request's body, as it was sent. */
type Body = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- looked into freely

let server: ScriptedProvider;

beforeEach(async () => {
  server = await startScriptedProvider();
});
afterEach(async () => {
  await server.close();
});

const claude = (overrides: Partial<ModelConfig> = {}) =>
  modelConfig({ provider: 'anthropic', model: 'claude-opus-5', ...overrides });

const call = (overrides: Parameters<typeof callProvider>[1] = {}) =>
  callProvider(createAnthropicProvider(localAccess(server)), { model: claude(), ...overrides });

/** The body that a conversation is sent with. */
async function send(messages: PromptMessage[], model = claude()): Promise<Body> {
  server.script(anthropicText('ok'));
  await call({ model, request: promptRequest({ messages, tools: [LOOK_UP] }) });
  return server.requests.at(-1)?.body as Body;
}

describe('settings of Messages', () => {
  const settings = async (overrides: Partial<ModelConfig>) => send([userSays('Go')], claude(overrides));

  it('give models of before 4.6 a budget within max_tokens, and no temperature beside it', async () => {
    const body = await settings({ model: 'claude-sonnet-4-5', thinkingBudget: 40_000, temperature: 0.2 });
    expect(body.thinking).toEqual({ type: 'enabled', budget_tokens: 40_000 });
    expect(body.max_tokens).toBeGreaterThan(40_000);
    expect(body).not.toHaveProperty('temperature');
    expect(server.requests[0]?.headers['anthropic-beta']).toBe('interleaved-thinking-2025-05-14');
    const limited = await settings({ model: 'claude-sonnet-4-5', thinkingBudget: 8000, maxTokens: 2000 });
    expect(limited).toMatchObject({ max_tokens: 2000, thinking: { type: 'enabled', budget_tokens: 1999 } });
    const tight = await settings({ model: 'claude-sonnet-4-5', thinkingBudget: 8000, maxTokens: 500 });
    expect(tight.max_tokens).toBe(500);
    expect(tight).not.toHaveProperty('thinking');
  });

  it('speak the older version of Messages where they have a temperature, which the newer one refuses', async () => {
    const model = claude({ model: 'claude-sonnet-4-5' });
    expect(anthropicHeaders(model, { temperature: 0.2 }, true)).toEqual({
      'anthropic-version': '2023-06-01',
    });
    expect(anthropicHeaders(model, {}, true)).toEqual({});
    await settings({ model: 'claude-sonnet-4-5', temperature: 0.2 });
    expect(server.requests[0]?.headers['anthropic-version']).toBe('2023-06-01');
  });

  it('give newer models an effort, and no sampling settings, which they refuse', async () => {
    const body = await settings({ thinkingBudget: 8192, temperature: 0.2, topP: 0.5 });
    expect(body).toMatchObject({
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: 'medium' },
    });
    expect(body).not.toHaveProperty('temperature');
    expect(body).not.toHaveProperty('top_p');
  });

  it('leave thinking out of a step whose tool calls came from another provider', async () => {
    const toolCalls = [{ id: 'a', name: 'look_up', arguments: {} }];
    const model = claude({ model: 'claude-sonnet-4-5', thinkingBudget: 2048 });
    const prompt = [
      userSays('Go'),
      assistantSays('', { toolCalls, provider: 'openai' }),
      toolAnswers('a', '1'),
    ];
    expect(await send(prompt, model)).not.toHaveProperty('thinking');
    expect(await send([...prompt, assistantSays('Done.'), userSays('More')], model)).toHaveProperty(
      'thinking',
    );
  });

  it('pass temperature, parallel tool calls and options on', async () => {
    const body = await settings({
      model: 'claude-haiku-4-5',
      temperature: 0.3,
      maxTokens: 100,
      parallelToolCalls: false,
      providerOptions: { metadata: { user_id: 'u' }, interleaved_thinking: true },
    });
    expect(body).toMatchObject({
      temperature: 0.3,
      max_tokens: 100,
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      metadata: { user_id: 'u' },
    });
    expect(body).not.toHaveProperty('interleaved_thinking');
  });

  it('forbid tools without taking them out', async () => {
    server.script(anthropicText('ok'));
    await call({ request: promptRequest({ tools: [LOOK_UP], toolChoice: 'none' }) });
    expect(server.requests[0]?.body).toMatchObject({
      tool_choice: { type: 'none' },
      tools: [{ name: 'look_up' }],
    });
  });
});
