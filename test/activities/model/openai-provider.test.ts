import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createOpenAiProvider } from '../../../activities/model/openai-provider.ts';
import {
  assistantSays,
  callProvider,
  joinDeltas,
  localAccess,
  LOOK_UP,
  modelConfig,
  promptRequest,
  toolAnswers,
  userSays,
} from '../../support/model-calls.ts';
import {
  openaiChunk,
  openaiEnd,
  openaiText,
  openaiToolCall,
  openaiToolCalls,
} from '../../support/scripted-openai.ts';
import { startScriptedProvider, stream } from '../../support/scripted-provider.ts';
import type { ScriptedProvider } from '../../support/scripted-provider.ts';

let server: ScriptedProvider;

beforeEach(async () => {
  server = await startScriptedProvider();
});
afterEach(async () => {
  await server.close();
});

const provider = () => createOpenAiProvider(localAccess(server));

describe('an answer of Chat Completions', () => {
  it('is streamed as deltas and returned whole, with what it used', async () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 20,
      prompt_tokens_details: { cached_tokens: 64 },
      completion_tokens_details: { reasoning_tokens: 7 },
    };
    server.script(openaiText('Good morning, how are you?', { usage, model: 'gpt-4o-2024-11-20' }));
    const { reply, deltas } = await callProvider(provider());
    expect(reply).toEqual({
      text: 'Good morning, how are you?',
      thinking: [],
      toolCalls: [],
      stopReason: 'stop',
      model: 'gpt-4o-2024-11-20',
      usage: {
        inputTokens: 100,
        cachedInputTokens: 64,
        outputTokens: 20,
        reasoningTokens: 7,
        costUsd: null,
        modelCalls: 1,
      },
    });
    expect(joinDeltas(deltas, 'text')).toBe(reply.text);
    expect(deltas.length).toBeGreaterThan(1);
    server.assertUsed();
  });

  it('has unknown usage, not none, where the server tells none', async () => {
    server.script(openaiText('hi', { usage: null }));
    const { reply } = await callProvider(provider());
    expect(reply.usage).toEqual({
      inputTokens: null,
      cachedInputTokens: null,
      outputTokens: null,
      reasoningTokens: null,
      costUsd: null,
      modelCalls: 1,
    });
  });

  it('may be empty when it ends with its terminal marker', async () => {
    server.script(openaiText(''));
    const { reply } = await callProvider(provider());
    expect(reply.text).toBe('');
  });

  it('brings reasoning of compatible servers as thinking', async () => {
    server.script(
      stream(
        openaiChunk({ reasoning_content: 'Let me ' }),
        openaiChunk({ reasoning_content: 'see.' }),
        openaiChunk({ content: 'Yes.' }),
        ...openaiEnd('stop'),
      ),
    );
    const { reply, deltas } = await callProvider(provider());
    expect(reply.thinking).toEqual([{ type: 'thinking', text: 'Let me see.' }]);
    expect(joinDeltas(deltas, 'thinking')).toBe('Let me see.');
    expect(reply.text).toBe('Yes.');
  });

  it('takes a refusal as what the model says', async () => {
    server.script(stream(openaiChunk({ refusal: 'I cannot do that.' }), ...openaiEnd('stop')));
    const { reply } = await callProvider(provider());
    expect(reply.text).toBe('I cannot do that.');
  });
});

describe('tool calls of Chat Completions', () => {
  it('are put together from their pieces, several at once, with their arguments as deltas', async () => {
    server.script(
      openaiToolCalls(
        [
          { id: 'call_a', name: 'look_up', arguments: { word: 'apple' } },
          { id: 'call_b', name: 'look_up', arguments: { word: 'pear' } },
        ],
        'Looking.',
      ),
    );
    const { reply, deltas } = await callProvider(provider());
    expect(reply.toolCalls).toEqual([
      { id: 'call_a', name: 'look_up', arguments: { word: 'apple' } },
      { id: 'call_b', name: 'look_up', arguments: { word: 'pear' } },
    ]);
    expect(reply.text).toBe('Looking.');
    expect(
      joinDeltas(
        deltas.filter((delta) => delta.call === 'call_b'),
        'arguments',
      ),
    ).toBe('{"word":"pear"}');
  });

  it('without arguments have none', async () => {
    server.script(openaiToolCall('look_up', ''));
    const { reply } = await callProvider(provider());
    expect(reply.toolCalls[0]?.arguments).toEqual({});
  });

  it('get ids of their own where the server repeats one, sends none, or one that others refuse', async () => {
    const call = (id: string | undefined, word: string) =>
      openaiChunk({
        tool_calls: [{ index: 0, id, function: { name: 'look_up', arguments: JSON.stringify({ word }) } }],
      });
    server.script(
      stream(call('call_0', 'one'), call('functions.look_up:1', 'two'), ...openaiEnd('tool_calls')),
      stream(
        openaiChunk({ tool_calls: [{ function: { name: 'look_up', arguments: '{}' } }] }),
        ...openaiEnd('tool_calls'),
      ),
    );
    const earlier = assistantSays('', { toolCalls: [{ id: 'call_0', name: 'look_up', arguments: {} }] });
    const request = promptRequest({ messages: [userSays('Go'), earlier, toolAnswers('call_0', 'ok')] });
    const { reply } = await callProvider(provider(), { request });
    expect(reply.toolCalls.map((one) => one.arguments)).toEqual([{ word: 'one' }, { word: 'two' }]);
    expect(reply.toolCalls[0]?.id).toBe('call_0_2');
    expect(reply.toolCalls[1]?.id).toMatch(/^call_[0-9a-f]{24}$/);
    const { reply: unnamed } = await callProvider(provider());
    expect(unnamed.toolCalls[0]?.id).toBe('call');
  });
});

describe('a request to Chat Completions', () => {
  async function send(...args: Parameters<typeof modelConfig>): Promise<Record<string, unknown>> {
    server.script(openaiText('ok'));
    await callProvider(provider(), {
      model: modelConfig(...args),
      request: promptRequest({ tools: [LOOK_UP] }),
    });
    return server.requests.at(-1)?.body as Record<string, unknown>;
  }

  it('asks for a stream with usage, under the key of the environment', async () => {
    const body = await send();
    expect(body).toMatchObject({ model: 'gpt-4o', stream: true, stream_options: { include_usage: true } });
    expect(server.requests[0]?.path).toBe('/v1/chat/completions');
    expect(server.requests[0]?.headers.authorization).toBe('Bearer sk-openai-test');
  });

  it('carries the settings of the model and options that it does not know', async () => {
    const body = await send({
      temperature: 0.2,
      topP: 0.9,
      maxTokens: 300,
      parallelToolCalls: false,
      providerOptions: { seed: 7, runtime_flags: '-ub 1024' },
    });
    expect(body).toMatchObject({
      temperature: 0.2,
      top_p: 0.9,
      max_tokens: 300,
      parallel_tool_calls: false,
      seed: 7,
    });
    expect(body).not.toHaveProperty('runtime_flags');
  });

  it('leaves out what reasoning models refuse', async () => {
    const body = await send({ model: 'o3-mini', thinkingBudget: 'high', temperature: 0.2, maxTokens: 300 });
    expect(body).toMatchObject({ reasoning_effort: 'high', max_completion_tokens: 300 });
    expect(body).not.toHaveProperty('temperature');
    expect(body).not.toHaveProperty('max_tokens');
  });

  it('turns reasoning off for models that refuse tools with it', async () => {
    const body = await send({ model: 'gpt-5.6-terra', thinkingBudget: 'high' });
    expect(body.reasoning_effort).toBe('none');
  });

  it('offers tools that may not be called, so that the cached prefix holds', async () => {
    server.script(openaiText('ok'));
    const request = promptRequest({ tools: [LOOK_UP], toolChoice: 'none' });
    await callProvider(provider(), { request });
    const body = server.requests[0]?.body as Record<string, unknown>;
    expect(body.tool_choice).toBe('none');
    expect(body.tools).toEqual([{ type: 'function', function: LOOK_UP }]);
  });

  it('has results directly after their calls, and thinking left out', async () => {
    server.script(openaiText('ok'));
    const calls = [
      { id: 'a', name: 'look_up', arguments: { word: 'x' } },
      { id: 'b', name: 'look_up', arguments: {} },
    ];
    const messages = [
      userSays('Go'),
      assistantSays('', { toolCalls: calls, thinking: [{ type: 'thinking', text: 'hm', signature: 's' }] }),
      toolAnswers('a', 'one'),
      userSays('And hurry'),
      toolAnswers('b', 'two', true),
      userSays('Please'),
    ];
    await callProvider(provider(), { request: promptRequest({ messages }) });
    const call = (id: string, text: string) => ({
      id,
      type: 'function',
      function: { name: 'look_up', arguments: text },
    });
    expect(server.requests[0]?.body.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Go' },
      { role: 'assistant', content: null, tool_calls: [call('a', '{"word":"x"}'), call('b', '{}')] },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'tool', tool_call_id: 'b', content: 'two' },
      { role: 'user', content: 'And hurry' },
      { role: 'user', content: 'Please' },
    ]);
  });

  it('has images as URL or data, PDFs as files, and text documents as words', async () => {
    server.script(openaiText('ok'));
    const parts = [
      { type: 'text' as const, text: 'See' },
      { type: 'image' as const, mediaType: null, source: { url: 'https://example.com/a.png' } },
      { type: 'image' as const, mediaType: 'image/png', source: { base64: 'aW1n', name: 'a.png' } },
      { type: 'document' as const, mediaType: 'application/pdf', source: { base64: 'cGRm', name: 'a.pdf' } },
      { type: 'document' as const, mediaType: 'text/plain', source: { base64: 'aGk=', name: 'a.txt' } },
    ];
    await callProvider(provider(), { request: promptRequest({ messages: [{ role: 'user', parts }] }) });
    expect(server.requests[0]?.body.messages[1].content).toEqual([
      { type: 'text', text: 'See' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,aW1n' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,cGRm' } },
      { type: 'text', text: 'Document "a.txt":\n\nhi' },
    ]);
  });

  it('is refused before it is sent where the content cannot be taken', async () => {
    for (const part of [
      { type: 'document' as const, mediaType: null, source: { url: 'https://example.com/a.pdf' } },
      { type: 'document' as const, mediaType: 'video/mp4', source: { base64: 'AA==', name: 'a.mp4' } },
      { type: 'image' as const, mediaType: 'image/tiff', source: { base64: 'AA==', name: 'a.tif' } },
    ]) {
      const request = promptRequest({ messages: [{ role: 'user', parts: [part] }] });
      await expect(callProvider(provider(), { request })).rejects.toMatchObject({
        type: 'model.unsupported_content',
        nonRetryable: true,
      });
    }
    expect(server.requests).toHaveLength(0);
  });

  it('goes over a connection that was used before', async () => {
    const one = provider();
    const used = new Set<number>();
    let isReused = false;
    // The end of an answer may come after the next request has begun, which then has a connection of its own.
    for (let count = 0; count < 50 && !isReused; count++) {
      server.script(openaiText('ok'));
      await callProvider(one);
      const connection = server.requests.at(-1)?.connection ?? 0;
      isReused = used.has(connection);
      used.add(connection);
    }
    expect(isReused).toBe(true);
  });
});
