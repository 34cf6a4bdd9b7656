/** Answers of Messages for the scripted provider. */
import type { ScriptedCall } from './scripted-openai.ts';
import { stream } from './scripted-provider.ts';
import type { Answer } from './scripted-provider.ts';

export interface AnthropicOptions {
  stop?: string;
  /** Usage of the start, and of the end. */
  usage?: [start: Record<string, unknown>, end: Record<string, unknown>];
  model?: string;
}

export type ScriptedBlock =
  | { type: 'text'; text: string }
  | { type: 'thinking'; text: string; signature: string }
  | { type: 'redacted'; data: string }
  | ({ type: 'call' } & ScriptedCall);

/** An event of a Messages stream. */
export function anthropicEvent(type: string, more: Record<string, unknown> = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
}

export function anthropicText(text: string, options: AnthropicOptions = {}): Answer {
  return anthropicBlocks([{ type: 'text', text }], options);
}

export function anthropicToolCall(name: string, input: ScriptedCall['arguments'], id?: string): Answer {
  return anthropicBlocks([{ type: 'call', name, arguments: input, ...(id === undefined ? {} : { id }) }]);
}

/** Blocks of any kind, in their order. */
export function anthropicBlocks(blocks: ScriptedBlock[], options: AnthropicOptions = {}): Answer {
  const hasCalls = blocks.some((block) => block.type === 'call');
  const [start, end] = options.usage ?? [{ input_tokens: 10, output_tokens: 1 }, { output_tokens: 5 }];
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: options.model ?? 'claude-scripted',
    content: [],
    stop_reason: null,
    usage: start,
  };
  return stream(
    anthropicEvent('message_start', { message }),
    anthropicEvent('ping'),
    ...blocks.flatMap((block, index) => blockEvents(block, index)),
    anthropicEvent('message_delta', {
      delta: { stop_reason: options.stop ?? (hasCalls ? 'tool_use' : 'end_turn'), stop_sequence: null },
      usage: end,
    }),
    anthropicEvent('message_stop'),
  );
}

function blockEvents(block: ScriptedBlock, index: number): string[] {
  const [start, deltas] = blockContent(block, index);
  return [
    anthropicEvent('content_block_start', { index, content_block: start }),
    ...deltas.map((delta) => anthropicEvent('content_block_delta', { index, delta })),
    anthropicEvent('content_block_stop', { index }),
  ];
}

type Data = Record<string, unknown>;

function blockContent(block: ScriptedBlock, index: number): [start: Data, deltas: Data[]] {
  if (block.type === 'text') {
    const pieces = block.text.match(/[\s\S]{1,8}/g) ?? [];
    return [{ type: 'text', text: '' }, pieces.map((text) => ({ type: 'text_delta', text }))];
  }
  if (block.type === 'thinking') {
    const start = { type: 'thinking', thinking: '', signature: '' };
    const signature = { type: 'signature_delta', signature: block.signature };
    return [start, [{ type: 'thinking_delta', thinking: block.text }, signature]];
  }
  if (block.type === 'redacted') return [{ type: 'redacted_thinking', data: block.data }, []];
  const words = typeof block.arguments === 'string' ? block.arguments : JSON.stringify(block.arguments);
  const half = Math.ceil(words.length / 2);
  const start = { type: 'tool_use', id: block.id ?? `toolu_${index + 1}`, name: block.name, input: {} };
  const pieces = [words.slice(0, half), words.slice(half)];
  return [start, pieces.map((partial_json) => ({ type: 'input_json_delta', partial_json }))];
}
