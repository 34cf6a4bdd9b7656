import type { OpenAI } from 'openai';
import type { ModelConfig, StructuredOutput } from '../../protocol/team.ts';
import { describeMedia, imageType, isPdf, isText } from './media-types.ts';
import type { MediaPart } from './media-types.ts';
import { openAiSettings } from './openai-settings.ts';
import { passedOptions } from './passed-options.ts';
import { groupPrompt } from './prompt-groups.ts';
import type { PromptMessage, PromptPart, ProviderRequest } from './provider.ts';
import { UnsupportedContent } from './stream-failures.ts';

type Body = OpenAI.Chat.ChatCompletionCreateParamsStreaming;
type Message = OpenAI.Chat.ChatCompletionMessageParam;
type ContentPart = OpenAI.Chat.ChatCompletionContentPart;

/**
 * The body of a Chat Completions request. `isOfficial`: the address is OpenAI's own.
 * Throws {@link UnsupportedContent} for media that Chat Completions does not take.
 */
export function toOpenAiRequest(model: ModelConfig, request: ProviderRequest, isOfficial: boolean): Body {
  const hasTools = request.tools.length > 0;
  const body: Body = {
    ...passedOptions(model),
    ...openAiSettings(model, hasTools, isOfficial),
    model: model.model,
    messages: toMessages(request),
    stream: true,
    stream_options: { include_usage: true },
  };
  if (hasTools) {
    body.tools = request.tools.map((tool) => ({ type: 'function', function: tool }));
    if (request.toolChoice === 'none') body.tool_choice = 'none';
  }
  if (request.output !== undefined) body.response_format = toResponseFormat(request.output);
  return body;
}

function toResponseFormat({ name, description, strict, schema }: StructuredOutput): Body['response_format'] {
  return {
    type: 'json_schema',
    json_schema: {
      // Other characters are refused.
      name: name.replace(/[^\w-]/g, '_').slice(0, 64),
      ...(description === null ? {} : { description }),
      strict,
      schema,
    },
  };
}

function toMessages(request: ProviderRequest): Message[] {
  const messages: Message[] = request.system === '' ? [] : [{ role: 'system', content: request.system }];
  for (const group of groupPrompt(request.messages)) {
    if (group.role === 'assistant') {
      messages.push(...toAssistantMessage(group));
      continue;
    }
    for (const result of group.results) {
      messages.push({ role: 'tool', tool_call_id: result.call, content: result.text });
    }
    for (const parts of group.said) {
      const content = parts.flatMap(toContentPart);
      const only = content.length === 1 ? content[0] : undefined;
      // The plain form is what every compatible server understands.
      if (only?.type === 'text') messages.push({ role: 'user', content: only.text });
      else if (content.length > 0) messages.push({ role: 'user', content });
    }
  }
  return messages;
}

/** Thinking is left out: Chat Completions does not take it back. */
function toAssistantMessage(message: Extract<PromptMessage, { role: 'assistant' }>): Message[] {
  const { text, toolCalls } = message;
  if (toolCalls.length === 0) return text === '' ? [] : [{ role: 'assistant', content: text }];
  return [
    {
      role: 'assistant',
      content: text === '' ? null : text,
      tool_calls: toolCalls.map((call) => ({
        id: call.id,
        type: 'function',
        function: { name: call.name, arguments: JSON.stringify(call.arguments) },
      })),
    },
  ];
}

function toContentPart(part: PromptPart): ContentPart[] {
  if (part.type === 'text') return part.text === '' ? [] : [part];
  return [part.type === 'image' ? toImage(part) : toDocument(part)];
}

function toImage(part: MediaPart): ContentPart {
  const url = 'url' in part.source ? part.source.url : `data:${imageType(part)};base64,${part.source.base64}`;
  return { type: 'image_url', image_url: { url } };
}

function toDocument(part: MediaPart): ContentPart {
  if ('url' in part.source) {
    throw new UnsupportedContent(
      'a document by URL cannot be sent to this model: Chat Completions takes documents as files only; upload it',
    );
  }
  const { base64, name } = part.source;
  if (isPdf(part)) {
    const data = `data:application/pdf;base64,${base64}`;
    return { type: 'file', file: { filename: name, file_data: data } };
  }
  if (isText(part)) {
    return { type: 'text', text: `Document "${name}":\n\n${Buffer.from(base64, 'base64').toString('utf8')}` };
  }
  throw new UnsupportedContent(`${describeMedia(part)} cannot be sent to the model: it takes PDF and text`);
}
