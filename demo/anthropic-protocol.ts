/** Anthropic Messages, in both directions. */
import { toEntries } from './conversation.ts';
import type { Conversation, Entry, Reply } from './conversation.ts';
import { isErrorText, readObjects, readString, readTexts, splitText, toCallId } from './protocol.ts';
import type { Envelope, Protocol } from './protocol.ts';

type Json = Record<string, unknown>;

function readMedia(content: unknown): string[] {
  return readObjects(content).flatMap((part) => {
    if (part['type'] === 'image') return ['image'];
    if (part['type'] !== 'document') return [];
    const name = readString(part['title']);
    return [name === '' ? 'document' : `document ${name}`];
  });
}

function readMessage(message: Json): Entry[] {
  const blocks = readObjects(message['content']);
  if (message['role'] === 'assistant') {
    const calls = blocks
      .filter((block) => block['type'] === 'tool_use')
      .map((block) => ({
        id: readString(block['id']),
        name: readString(block['name']),
        arguments: (block['input'] ?? {}) as Json,
      }));
    return [{ kind: 'assistant', text: readTexts(message['content']).join('\n'), calls }];
  }
  const results = blocks
    .filter((block) => block['type'] === 'tool_result')
    .map((block): Entry => {
      const text = readTexts(block['content']).join('\n');
      const isError = block['is_error'] === true || isErrorText(text);
      return { kind: 'result', call: readString(block['tool_use_id']), text, isError };
    });
  return [...results, ...toEntries(readTexts(message['content']), readMedia(message['content']))];
}

function readOutput(config: unknown): Json | null {
  const { format } = (config ?? {}) as { format?: Json };
  return (format?.['schema'] ?? null) as Json | null;
}

function read(body: Json): Conversation {
  if (!Array.isArray(body['messages'])) throw new TypeError('messages: an array is needed.');
  return {
    system: readTexts(body['system']).join('\n'),
    tools: readObjects(body['tools']).map((tool) => ({
      name: readString(tool['name']),
      description: readString(tool['description']),
      parameters: (tool['input_schema'] ?? {}) as Json,
    })),
    mayCallTools: (body['tool_choice'] as Json | undefined)?.['type'] !== 'none',
    output: readOutput(body['output_config']),
    entries: readObjects(body['messages']).flatMap(readMessage),
  };
}

const toUsage = (envelope: Envelope) => ({
  input_tokens: envelope.inputTokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: envelope.outputTokens,
});

const toStopReason = (reply: Reply): string => (reply.calls.length > 0 ? 'tool_use' : 'end_turn');

const toHead = (envelope: Envelope) => ({
  id: `msg_${envelope.hash.slice(0, 24)}`,
  type: 'message',
  role: 'assistant',
  model: envelope.model,
  stop_sequence: null,
});

function complete(reply: Reply, envelope: Envelope): unknown {
  const text = reply.text === '' ? [] : [{ type: 'text', text: reply.text, citations: null }];
  const calls = reply.calls.map((call, index) => ({
    type: 'tool_use',
    id: toCallId('toolu', envelope, index),
    name: call.name,
    input: call.arguments,
  }));
  return {
    ...toHead(envelope),
    content: [...text, ...calls],
    stop_reason: toStopReason(reply),
    usage: toUsage(envelope),
  };
}

function frame(type: string, rest: Json = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
}

function* streamBlock(index: number, start: Json, deltas: Json[]): Iterable<string> {
  yield frame('content_block_start', { index, content_block: start });
  for (const delta of deltas) yield frame('content_block_delta', { index, delta });
  yield frame('content_block_stop', { index });
}

function* stream(reply: Reply, envelope: Envelope): Iterable<string> {
  const usage = toUsage(envelope);
  yield frame('message_start', {
    message: {
      ...toHead(envelope),
      content: [],
      stop_reason: null,
      usage: { ...usage, output_tokens: 1 },
    },
  });
  let index = 0;
  if (reply.text !== '') {
    const deltas = splitText(reply.text).map((text) => ({ type: 'text_delta', text }));
    yield* streamBlock(index++, { type: 'text', text: '' }, deltas);
  }
  for (const [position, call] of reply.calls.entries()) {
    const id = toCallId('toolu', envelope, position);
    const deltas = splitText(JSON.stringify(call.arguments)).map((piece) => ({
      type: 'input_json_delta',
      partial_json: piece,
    }));
    yield* streamBlock(index++, { type: 'tool_use', id, name: call.name, input: {} }, deltas);
  }
  yield frame('message_delta', {
    delta: { stop_reason: toStopReason(reply), stop_sequence: null },
    usage: { output_tokens: envelope.outputTokens },
  });
  yield frame('message_stop');
}

export const anthropicProtocol: Protocol = {
  read,
  complete,
  stream,
  fail: (message) => ({ type: 'error', error: { type: 'invalid_request_error', message } }),
};
