import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createProvider } from '../../../activities/model/create-provider.ts';
import type { ModelConfig } from '../../../protocol/team.ts';
import { callProvider, localAccess, modelConfig } from '../../support/model-calls.ts';
import {
  anthropicBlocks,
  anthropicEvent,
  anthropicText,
  anthropicToolCall,
} from '../../support/scripted-anthropic.ts';
import {
  openaiChunk,
  openaiEnd,
  openaiText,
  openaiToolCall,
  openaiToolCalls,
} from '../../support/scripted-openai.ts';
import { cutAnswer, httpError, startScriptedProvider, stream } from '../../support/scripted-provider.ts';
import type { Answer, ScriptedProvider } from '../../support/scripted-provider.ts';

const OPENAI = modelConfig();
const ANTHROPIC = modelConfig({ provider: 'anthropic', model: 'claude-opus-5' });

let server: ScriptedProvider;

beforeEach(async () => {
  server = await startScriptedProvider();
});
afterEach(async () => {
  await server.close();
});

/** Calls with this answer; the call has to fail. */
async function fail(model: ModelConfig, answer: Answer): Promise<unknown> {
  server.script(answer);
  return callProvider(createProvider(localAccess(server)), { model }).then(
    () => Promise.reject(new Error('The call should have failed.')),
    (error: unknown) => error,
  );
}

const MALFORMED = { type: 'model.malformed', nonRetryable: false };

const malformed: [string, ModelConfig, Answer][] = [
  ['an OpenAI stream that ends cleanly too early', OPENAI, cutAnswer(openaiText('Good morning'), -3)],
  [
    'an OpenAI stream that says [DONE] before its finish_reason',
    OPENAI,
    stream(openaiChunk({ content: 'a' }), 'data: [DONE]\n\n'),
  ],
  [
    'an OpenAI event that is cut in the middle',
    OPENAI,
    stream(openaiChunk({ content: 'Hello' }).slice(0, -20)),
  ],
  ['OpenAI events that are no JSON', OPENAI, stream('data: {nonsense\n\n')],
  ['OpenAI events that are JSON of something else', OPENAI, stream('data: [1, 2]\n\n')],
  ['an OpenAI object without choices', OPENAI, stream('data: {"hello": "world"}\n\n', ...openaiEnd('stop'))],
  [
    'an OpenAI delta that is no text',
    OPENAI,
    stream(openaiChunk({ content: { a: 1 } }), ...openaiEnd('stop')),
  ],
  ['OpenAI arguments that are no JSON', OPENAI, openaiToolCall('look_up', '{"word": ')],
  ['OpenAI arguments that are no object', OPENAI, openaiToolCall('look_up', '["word"]')],
  ['OpenAI arguments that came twice', OPENAI, openaiToolCall('look_up', '{"word":"a"}{"word":"a"}')],
  [
    'OpenAI arguments cut at the token limit',
    OPENAI,
    openaiToolCalls([{ name: 'look_up', arguments: '' }], '', { finish: 'length' }),
  ],
  ['an OpenAI tool call without a name', OPENAI, openaiToolCall('', {})],
  [
    'an OpenAI answer that announces tool calls and has none',
    OPENAI,
    openaiText('hi', { finish: 'tool_calls' }),
  ],
  ['an empty OpenAI stream', OPENAI, stream()],
  [
    'an Anthropic stream that ends cleanly too early',
    ANTHROPIC,
    cutAnswer(anthropicText('Good morning'), -2),
  ],
  [
    'an Anthropic stream that lacks its message_stop',
    ANTHROPIC,
    cutAnswer(anthropicText('Good morning'), -1),
  ],
  [
    'an Anthropic stream without a stop_reason',
    ANTHROPIC,
    cutAnswer(anthropicText('Hi'), -2, anthropicEvent('message_stop')),
  ],
  ['an Anthropic block that began twice', ANTHROPIC, doubled(anthropicText('Hi'), 2)],
  ['an Anthropic block that ended twice', ANTHROPIC, doubled(anthropicText('Hi'), 4)],
  ['an Anthropic message that began twice', ANTHROPIC, doubled(anthropicText('Hi'), 0)],
  ['Anthropic arguments that are cut', ANTHROPIC, anthropicToolCall('look_up', '{"word": "app')],
  ['Anthropic arguments that came twice', ANTHROPIC, doubled(anthropicToolCall('look_up', { word: 'x' }), 3)],
  [
    'Anthropic arguments cut at the token limit',
    ANTHROPIC,
    anthropicBlocks([{ type: 'call', name: 'look_up', arguments: '' }], { stop: 'max_tokens' }),
  ],
  ['Anthropic events that are no JSON', ANTHROPIC, stream('event: message_start\ndata: {nonsense\n\n')],
  ['an Anthropic stream that begins in the middle', ANTHROPIC, stream(anthropicEvent('message_stop'))],
  ['an empty Anthropic stream', ANTHROPIC, stream()],
  ['JSON where a stream was asked for', OPENAI, httpError(200, { choices: [] })],
  [
    'a web page',
    ANTHROPIC,
    { ...httpError(200, '<html>Hello</html>'), headers: { 'content-type': 'text/html' } },
  ],
  ['bytes that are no text', OPENAI, stream('data: ', Buffer.from([0xff, 0xfe, 0xc0]), '\n\n')],
];

function doubled(answer: Answer, index: number): Answer {
  const steps = [...answer.steps];
  steps.splice(index, 0, steps[index] ?? '');
  return { ...answer, steps };
}

describe('an answer that is not whole is no answer', () => {
  it.each(malformed)('%s', async (_name, model, answer) => {
    expect(await fail(model, answer)).toMatchObject(MALFORMED);
    server.assertUsed();
  });

  it('and its failure does not repeat what was said', async () => {
    const error = await fail(OPENAI, openaiToolCall('look_up', '{"secret-word": '));
    expect(String(error)).not.toContain('secret-word');
  });
});

describe('a connection that breaks', () => {
  it.each([
    ['OpenAI', OPENAI, cutAnswer(openaiText('Good morning'), 2, 'reset')],
    ['Anthropic', ANTHROPIC, cutAnswer(anthropicText('Good morning'), 4, 'reset')],
    ['a server that closes before the first byte', OPENAI, stream('reset')],
  ] as const)('in the middle is a failure that is tried again: %s', async (_name, model, answer) => {
    expect(await fail(model, answer)).toMatchObject({ type: 'model.connection', nonRetryable: false });
  });

  it('after the terminal marker takes nothing of the answer', async () => {
    const end = openaiEnd('stop')[0] ?? '';
    // What was sent has to be read before the reset, which would take it along.
    server.script(() => stream(openaiChunk({ content: 'Done.' }), end, { wait: sleep(1_000) }, 'reset'));
    const { reply } = await callProvider(createProvider(localAccess(server)));
    expect(reply).toMatchObject({ text: 'Done.', stopReason: 'stop' });
    expect(reply.usage.outputTokens).toBeNull();
  });

  it('or cannot be made is told with the address and the cause', async () => {
    const { url } = server;
    await server.close();
    const error = await callProvider(createProvider(localAccess(server))).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ type: 'model.connection', nonRetryable: false });
    expect(String(error)).toContain(url);
    expect(String(error)).toContain('ECONNREFUSED');
    server = await startScriptedProvider();
  });
});

describe('events that say nothing', () => {
  it('are passed over: comments, pings, unknown types', async () => {
    const openai = openaiText('Hi');
    const anthropic = anthropicText('Hi');
    server.script(
      { ...openai, steps: [': keep-alive\n\n', ...openai.steps] },
      cutAnswer(anthropic, 2, anthropicEvent('some_new_event'), ': hm\n\n', ...anthropic.steps.slice(2)),
    );
    const provider = createProvider(localAccess(server));
    expect((await callProvider(provider)).reply.text).toBe('Hi');
    expect((await callProvider(provider, { model: ANTHROPIC })).reply.text).toBe('Hi');
  });

  it('nor does a last event without its empty line', async () => {
    const end = openaiEnd('stop', { usage: null })[0]?.trimEnd() ?? '';
    server.script(stream(openaiChunk({ content: 'Hi' }), end));
    expect((await callProvider(createProvider(localAccess(server)))).reply.text).toBe('Hi');
  });
});
