import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAnthropicProvider } from '../../../activities/model/anthropic-provider.ts';
import type { PromptMessage } from '../../../activities/model/provider.ts';
import type { ModelConfig } from '../../../protocol/team.ts';
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
import { anthropicBlocks, anthropicText, anthropicToolCall } from '../../support/scripted-anthropic.ts';
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

const CACHED = { cache_control: { type: 'ephemeral' } };

describe('an answer of Messages', () => {
  it('is streamed as deltas and returned whole, with what it used', async () => {
    server.script(
      anthropicText('Good morning, how are you?', {
        model: 'claude-opus-5',
        usage: [
          {
            input_tokens: 10,
            cache_read_input_tokens: 80,
            cache_creation_input_tokens: 30,
            output_tokens: 1,
          },
          { output_tokens: 12, output_tokens_details: { thinking_tokens: 4 } },
        ],
      }),
    );
    const { reply, deltas } = await call();
    expect(reply).toEqual({
      text: 'Good morning, how are you?',
      thinking: [],
      toolCalls: [],
      stopReason: 'end_turn',
      model: 'claude-opus-5',
      usage: {
        inputTokens: 120,
        cachedInputTokens: 80,
        outputTokens: 12,
        reasoningTokens: 4,
        costUsd: null,
        modelCalls: 1,
      },
    });
    expect(joinDeltas(deltas, 'text')).toBe(reply.text);
    expect(server.requests[0]?.path).toBe('/v1/messages');
    expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer sk-ant-test' });
  });

  it('has tool calls with their arguments, which are deltas too', async () => {
    server.script(
      anthropicBlocks([
        { type: 'text', text: 'Looking.' },
        { type: 'call', id: 'toolu_a', name: 'look_up', arguments: { word: 'apple' } },
        { type: 'call', id: 'toolu_b', name: 'look_up', arguments: '' },
      ]),
    );
    const { reply, deltas } = await call();
    expect(reply.text).toBe('Looking.');
    expect(reply.stopReason).toBe('tool_use');
    expect(reply.toolCalls).toEqual([
      { id: 'toolu_a', name: 'look_up', arguments: { word: 'apple' } },
      { id: 'toolu_b', name: 'look_up', arguments: {} },
    ]);
    expect(joinDeltas(deltas, 'arguments')).toBe('{"word":"apple"}');
  });

  it('may be a refusal, whose words are the text', async () => {
    server.script(anthropicText('I will not.', { stop: 'refusal' }));
    const { reply } = await call();
    expect(reply).toMatchObject({ text: 'I will not.', stopReason: 'refusal' });
  });

  it('keeps thinking with its signatures and its place', async () => {
    server.script(
      anthropicBlocks([
        { type: 'thinking', text: 'First.', signature: 'sig-1' },
        { type: 'redacted', data: 'opaque' },
        { type: 'text', text: 'Hm.' },
        { type: 'thinking', text: 'Second.', signature: 'sig-2' },
        { type: 'call', name: 'look_up', arguments: { word: 'x' } },
      ]),
    );
    const { reply, deltas } = await call();
    expect(reply.thinking).toEqual([
      { type: 'thinking', text: 'First.', signature: 'sig-1' },
      { type: 'thinking', text: '', redacted: 'opaque' },
      { type: 'thinking', text: 'Second.', signature: 'sig-2', after: { characters: 3, toolCalls: 0 } },
    ]);
    expect(joinDeltas(deltas, 'thinking')).toBe('First.Second.');
  });
});

describe('a request to Messages', () => {
  it('marks tools, system prompt and the last two messages of the user for the cache, no more than four', async () => {
    const body = await send([
      userSays('One'),
      assistantSays('1'),
      userSays('Two'),
      assistantSays('2'),
      userSays('Three'),
    ]);
    expect(body.system).toEqual([{ type: 'text', text: 'Be brief.', ...CACHED }]);
    expect(body.tools).toEqual([
      { name: 'look_up', description: LOOK_UP.description, input_schema: LOOK_UP.parameters, ...CACHED },
    ]);
    expect(body.messages.map((message: Body) => message.content[0].cache_control !== undefined)).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
    expect(JSON.stringify(body).match(/cache_control/g)).toHaveLength(4);
  });

  it('has all results of a step in one user message, before what else was said, and alternates', async () => {
    const calls = [
      { id: 'a', name: 'look_up', arguments: { word: 'x' } },
      { id: 'b', name: 'look_up', arguments: {} },
    ];
    const body = await send([
      userSays('Go'),
      userSays('now'),
      assistantSays('', { toolCalls: calls }),
      toolAnswers('a', 'one'),
      userSays('And hurry'),
      toolAnswers('b', 'two', true),
      assistantSays(''),
      userSays('Please'),
    ]);
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Go' },
          { type: 'text', text: 'now', ...CACHED },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'a', name: 'look_up', input: { word: 'x' } },
          { type: 'tool_use', id: 'b', name: 'look_up', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: 'one' },
          { type: 'tool_result', tool_use_id: 'b', content: 'two', is_error: true },
          { type: 'text', text: 'And hurry' },
          { type: 'text', text: 'Please', ...CACHED },
        ],
      },
    ]);
  });

  it('gives thinking back verbatim and in its place, to the provider that made it only', async () => {
    const assistant = (provider: string) =>
      assistantSays('Hm. So.', {
        provider,
        toolCalls: [{ id: 'a', name: 'look_up', arguments: {} }],
        thinking: [
          { type: 'thinking', text: 'First.', signature: 'sig-1' },
          { type: 'thinking', text: '', redacted: 'opaque' },
          { type: 'thinking', text: 'unsigned' },
          { type: 'thinking', text: 'Second.', signature: 'sig-2', after: { characters: 3, toolCalls: 0 } },
        ],
      });
    const own = await send([userSays('Go'), assistant('anthropic'), toolAnswers('a', 'one')]);
    expect(own.messages[1].content).toEqual([
      { type: 'thinking', thinking: 'First.', signature: 'sig-1' },
      { type: 'redacted_thinking', data: 'opaque' },
      { type: 'text', text: 'Hm.' },
      { type: 'thinking', thinking: 'Second.', signature: 'sig-2' },
      { type: 'text', text: ' So.' },
      { type: 'tool_use', id: 'a', name: 'look_up', input: {} },
    ]);
    const others = await send([userSays('Go'), assistant('openai'), toolAnswers('a', 'one')]);
    expect(others.messages[1].content.map((block: Body) => block.type)).toEqual(['text', 'tool_use']);
  });

  it('has images and PDFs as URL or bytes, and text documents as text', async () => {
    const parts = [
      { type: 'image' as const, mediaType: null, source: { url: 'https://example.com/a.png' } },
      { type: 'image' as const, mediaType: 'image/png', source: { base64: 'aW1n', name: 'a.png' } },
      { type: 'document' as const, mediaType: null, source: { url: 'https://example.com/a.pdf' } },
      { type: 'document' as const, mediaType: 'application/pdf', source: { base64: 'cGRm', name: 'a.pdf' } },
      { type: 'document' as const, mediaType: 'text/markdown', source: { base64: 'aGk=', name: 'a.md' } },
      { type: 'text' as const, text: 'See' },
    ];
    const body = await send([{ role: 'user', parts }]);
    expect(body.messages[0].content).toEqual([
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aW1n' } },
      { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'cGRm' },
        title: 'a.pdf',
      },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'hi' }, title: 'a.md' },
      { type: 'text', text: 'See', ...CACHED },
    ]);
  });

  it('is refused before it is sent where the content cannot be taken', async () => {
    const part = {
      type: 'document' as const,
      mediaType: 'video/mp4',
      source: { base64: 'AA==', name: 'film.mp4' },
    };
    const request = promptRequest({ messages: [{ role: 'user', parts: [part] }] });
    await expect(call({ request })).rejects.toMatchObject({
      type: 'model.unsupported_content',
      message: expect.stringContaining('film.mp4'),
      nonRetryable: true,
    });
    expect(server.requests).toHaveLength(0);
  });
});

it('gives a tool call an id of its own where the conversation has it already', async () => {
  server.script(anthropicToolCall('look_up', { word: 'x' }, 'toolu_1'));
  const earlier = assistantSays('', { toolCalls: [{ id: 'toolu_1', name: 'look_up', arguments: {} }] });
  const request = promptRequest({ messages: [userSays('Go'), earlier, toolAnswers('toolu_1', 'ok')] });
  const { reply } = await call({ request });
  expect(reply.toolCalls[0]?.id).toBe('toolu_1_2');
});
