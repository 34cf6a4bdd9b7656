/** OpenAI Chat Completions, in both directions. */
import { toEntries } from './conversation.ts';
import type { Conversation, DemoTool, Entry, Reply } from './conversation.ts';
import { isErrorText, readObjects, readString, readTexts, splitText, toCallId } from './protocol.ts';
import type { Envelope, Protocol } from './protocol.ts';

type Json = Record<string, unknown>;

function readMedia(content: unknown): string[] {
  return readObjects(content).flatMap((part) => {
    if (part['type'] === 'image_url') return ['image'];
    if (part['type'] !== 'file') return [];
    const name = readString((part['file'] as Json | undefined)?.['filename']);
    return [name === '' ? 'document' : `document ${name}`];
  });
}

function readArguments(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

function readMessage(message: Json): Entry[] {
  const content = message['content'];
  const text = readTexts(content).join('\n');
  if (message['role'] === 'user') return toEntries(readTexts(content), readMedia(content));
  if (message['role'] === 'tool') {
    return [
      {
        kind: 'result',
        call: readString(message['tool_call_id']),
        text,
        isError: isErrorText(text),
      },
    ];
  }
  if (message['role'] !== 'assistant') return [];
  const calls = readObjects(message['tool_calls']).map((call) => {
    const made = (call['function'] ?? {}) as Json;
    return {
      id: readString(call['id']),
      name: readString(made['name']),
      arguments: readArguments(readString(made['arguments'])),
    };
  });
  return [{ kind: 'assistant', text, calls }];
}

function readTool(tool: Json): DemoTool {
  const definition = (tool['function'] ?? {}) as Json;
  return {
    name: readString(definition['name']),
    description: readString(definition['description']),
    parameters: (definition['parameters'] ?? {}) as Json,
  };
}

function readOutput(format: unknown): Json | null {
  const { json_schema: named } = (format ?? {}) as { json_schema?: Json };
  return (named?.['schema'] ?? null) as Json | null;
}

function read(body: Json): Conversation {
  if (!Array.isArray(body['messages'])) throw new TypeError('messages: an array is needed.');
  const messages = readObjects(body['messages']);
  return {
    system: messages
      .filter((message) => message['role'] === 'system' || message['role'] === 'developer')
      .flatMap((message) => readTexts(message['content']))
      .join('\n'),
    tools: readObjects(body['tools']).map(readTool),
    mayCallTools: body['tool_choice'] !== 'none',
    output: readOutput(body['response_format']),
    entries: messages.flatMap(readMessage),
  };
}

const toToolCall = (reply: Reply, envelope: Envelope) =>
  reply.calls.map((call, index) => ({
    id: toCallId('call', envelope, index),
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));

const toUsage = (envelope: Envelope) => ({
  prompt_tokens: envelope.inputTokens,
  completion_tokens: envelope.outputTokens,
  total_tokens: envelope.inputTokens + envelope.outputTokens,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
});

const toFinishReason = (reply: Reply): string => (reply.calls.length > 0 ? 'tool_calls' : 'stop');

function complete(reply: Reply, envelope: Envelope): unknown {
  const calls = toToolCall(reply, envelope);
  const message = {
    role: 'assistant',
    content: reply.text === '' ? null : reply.text,
    refusal: null,
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return {
    id: `chatcmpl-${envelope.hash.slice(0, 24)}`,
    object: 'chat.completion',
    created: 0,
    model: envelope.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: toFinishReason(reply) }],
    usage: toUsage(envelope),
  };
}

function* stream(reply: Reply, envelope: Envelope): Iterable<string> {
  const frame = (rest: Json): string => {
    const chunk = {
      id: `chatcmpl-${envelope.hash.slice(0, 24)}`,
      object: 'chat.completion.chunk',
      created: 0,
      model: envelope.model,
      ...rest,
    };
    return `data: ${JSON.stringify(chunk)}\n\n`;
  };
  const delta = (value: Json, finish: string | null = null): string =>
    frame({ choices: [{ index: 0, delta: value, finish_reason: finish }] });
  yield delta({ role: 'assistant', content: '' });
  for (const piece of splitText(reply.text)) yield delta({ content: piece });
  for (const [index, call] of toToolCall(reply, envelope).entries()) {
    const { name, arguments: text } = call.function;
    yield delta({ tool_calls: [{ ...call, index, function: { name, arguments: '' } }] });
    for (const piece of splitText(text)) {
      yield delta({ tool_calls: [{ index, function: { arguments: piece } }] });
    }
  }
  yield delta({}, toFinishReason(reply));
  if (envelope.includeUsage) yield frame({ choices: [], usage: toUsage(envelope) });
  yield 'data: [DONE]\n\n';
}

export const openAiProtocol: Protocol = {
  read,
  complete,
  stream,
  fail: (message) => ({ error: { message, type: 'invalid_request_error', param: null, code: null } }),
};
