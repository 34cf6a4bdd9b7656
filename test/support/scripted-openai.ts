/** Answers of Chat Completions for the scripted provider. */
import { stream } from './scripted-provider.ts';
import type { Answer } from './scripted-provider.ts';

export interface OpenAiOptions {
  finish?: string;
  /** `null`: the server tells no usage. */
  usage?: Record<string, unknown> | null;
  model?: string;
}

export interface ScriptedCall {
  name: string;
  /** An object, or the text as it is streamed. */
  arguments: Record<string, unknown> | string;
  id?: string;
}

export function openaiChunk(delta: Record<string, unknown>, more: Record<string, unknown> = {}): string {
  return toEvent({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-scripted',
    choices: [{ index: 0, delta, finish_reason: null }],
    ...more,
  });
}

/** Text, in a few pieces. */
export function openaiText(text: string, options: OpenAiOptions = {}): Answer {
  const pieces = text.match(/[\s\S]{1,8}/g) ?? [];
  return stream(
    openaiChunk({ role: 'assistant', content: '' }),
    ...pieces.map((content) => openaiChunk({ content })),
    ...openaiEnd(options.finish ?? 'stop', options),
  );
}

/** Tool calls of one step, their arguments in two pieces, after `text` where there is one. */
export function openaiToolCalls(calls: ScriptedCall[], text = '', options: OpenAiOptions = {}): Answer {
  const steps = calls.flatMap((call, index) => {
    const words = typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments);
    const half = Math.ceil(words.length / 2);
    const start = { id: call.id ?? `call_${index + 1}`, type: 'function' };
    return [
      openaiChunk({ tool_calls: [{ index, ...start, function: { name: call.name, arguments: '' } }] }),
      openaiChunk({ tool_calls: [{ index, function: { arguments: words.slice(0, half) } }] }),
      openaiChunk({ tool_calls: [{ index, function: { arguments: words.slice(half) } }] }),
    ];
  });
  const said = text === '' ? [] : [openaiChunk({ content: text })];
  return stream(...said, ...steps, ...openaiEnd(options.finish ?? 'tool_calls', options));
}

/** One tool call. */
export function openaiToolCall(name: string, input: ScriptedCall['arguments'], id?: string): Answer {
  return openaiToolCalls([{ name, arguments: input, ...(id === undefined ? {} : { id }) }]);
}

/** The terminal marker, usage and `[DONE]`. */
export function openaiEnd(finish: string, options: OpenAiOptions = {}): string[] {
  const model = options.model ?? 'gpt-scripted';
  const usage = options.usage === undefined ? { prompt_tokens: 10, completion_tokens: 5 } : options.usage;
  return [
    openaiChunk({}, { model, choices: [{ index: 0, delta: {}, finish_reason: finish }] }),
    ...(usage === null ? [] : [openaiChunk({}, { model, choices: [], usage })]),
    'data: [DONE]\n\n',
  ];
}

function toEvent(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
