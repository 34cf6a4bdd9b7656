import type { Anthropic } from '@anthropic-ai/sdk';
import type { ThinkingPart } from '../../protocol/content.ts';
import type { ModelConfig } from '../../protocol/team.ts';
import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema';
import { anthropicSettings } from './anthropic-settings.ts';
import { claudeGeneration } from './claude-generation.ts';
import { describeMedia, imageType, isPdf, isText } from './media-types.ts';
import type { MediaPart } from './media-types.ts';
import { passedOptions } from './passed-options.ts';
import { groupPrompt } from './prompt-groups.ts';
import type { PromptMessage, PromptPart, ProviderRequest } from './provider.ts';
import { UnsupportedContent } from './stream-failures.ts';

type Body = Anthropic.MessageCreateParamsStreaming;
type Block = Anthropic.ContentBlockParam;
type AssistantMessage = Extract<PromptMessage, { role: 'assistant' }>;

const CACHED = { cache_control: { type: 'ephemeral' } } as const;

/**
 * The body of a Messages request. Four cache markers, which is all that Messages takes: tools, system prompt, and the
 * last two messages of the user's side, so that this call finds what the last one wrote.
 * Throws {@link UnsupportedContent} for media that Messages does not take.
 */
export function toAnthropicRequest(model: ModelConfig, request: ProviderRequest): Body {
  const messages = toMessages(model, request.messages);
  markCached(messages);
  const body: Body = {
    ...anthropicSettings(model, mayThink(model, request.messages)),
    ...passedOptions(model),
    model: model.model,
    messages,
    stream: true,
  };
  if (request.system !== '') body.system = [{ type: 'text', text: request.system, ...CACHED }];
  if (request.tools.length > 0) {
    body.tools = request.tools.map((tool, index) => ({
      name: tool.name,
      description: tool.description,
      input_schema: tool.parameters as Anthropic.Tool.InputSchema,
      ...(index === request.tools.length - 1 ? CACHED : {}),
    }));
    if (request.toolChoice === 'none') body.tool_choice = { type: 'none' };
    else if (model.parallelToolCalls === false) {
      body.tool_choice = { type: 'auto', disable_parallel_tool_use: true };
    }
  }
  const format = toOutputFormat(model, request.output);
  if (format !== null) body.output_config = { ...body.output_config, format };
  return body;
}

/** Null where there is none, or nothing that Messages takes: then the words of the prompt have to do. */
function toOutputFormat(
  model: ModelConfig,
  output: ProviderRequest['output'],
): Anthropic.JSONOutputFormat | null {
  if (output === undefined || !claudeGeneration(model.model).takesOutputFormat) return null;
  try {
    return { type: 'json_schema', schema: transformJSONSchema(output.schema) };
  } catch {
    return null;
  }
}

function toMessages(model: ModelConfig, prompt: PromptMessage[]): Anthropic.MessageParam[] {
  const messages: Anthropic.MessageParam[] = [];
  for (const group of groupPrompt(prompt)) {
    const isAssistant = group.role === 'assistant';
    const content = isAssistant
      ? toAssistantBlocks(model, group)
      : [...group.results.map(toResult), ...group.said.flat().flatMap(toUserBlock)];
    if (content.length === 0) continue;
    const role = isAssistant ? 'assistant' : 'user';
    const last = messages.at(-1);
    // An empty message that was left out would make two of one side stand together.
    if (last?.role === role) (last.content as Block[]).push(...content);
    else messages.push({ role, content });
  }
  return messages;
}

/** Thinking goes back where it stood, as Messages checks; without a signature, or to another provider, it does not. */
function toAssistantBlocks(model: ModelConfig, message: AssistantMessage): Block[] {
  const blocks: Block[] = [];
  let said = 0;
  let called = 0;
  const advance = (characters: number, calls: number): void => {
    const text = message.text.slice(said, characters);
    if (text.trim() !== '') blocks.push({ type: 'text', text });
    said = Math.max(said, characters);
    for (const call of message.toolCalls.slice(called, calls)) {
      blocks.push({ type: 'tool_use', id: call.id, name: call.name, input: call.arguments });
    }
    called = Math.max(called, calls);
  };
  for (const part of returnedThinking(model, message)) {
    advance(part.after?.characters ?? 0, part.after?.toolCalls ?? 0);
    blocks.push(toThinkingBlock(part));
  }
  advance(message.text.length, message.toolCalls.length);
  return blocks;
}

function returnedThinking(model: ModelConfig, message: AssistantMessage): ThinkingPart[] {
  if (message.provider !== model.provider) return [];
  return message.thinking.filter((part) => part.signature !== undefined || part.redacted !== undefined);
}

function toThinkingBlock(part: ThinkingPart): Block {
  if (part.redacted !== undefined) return { type: 'redacted_thinking', data: part.redacted };
  return { type: 'thinking', thinking: part.text, signature: part.signature ?? '' };
}

/** False when the last step called tools without thinking that can go back. */
function mayThink(model: ModelConfig, prompt: PromptMessage[]): boolean {
  const last = prompt.findLast((message) => message.role === 'assistant');
  if (last === undefined || last.toolCalls.length === 0) return true;
  return returnedThinking(model, last).length > 0;
}

function toResult(result: Extract<PromptMessage, { role: 'tool' }>): Block {
  return {
    type: 'tool_result',
    tool_use_id: result.call,
    ...(result.text === '' ? {} : { content: result.text }),
    ...(result.isError ? { is_error: true } : {}),
  };
}

function toUserBlock(part: PromptPart): Block[] {
  if (part.type === 'text') return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text }];
  return [part.type === 'image' ? toImage(part) : toDocument(part)];
}

function toImage(part: MediaPart): Block {
  if ('url' in part.source) return { type: 'image', source: { type: 'url', url: part.source.url } };
  const { base64 } = part.source;
  return { type: 'image', source: { type: 'base64', media_type: imageType(part), data: base64 } };
}

function toDocument(part: MediaPart): Block {
  if ('url' in part.source && (part.mediaType === null || isPdf(part))) {
    return { type: 'document', source: { type: 'url', url: part.source.url } };
  }
  if ('base64' in part.source) {
    const { base64, name: title } = part.source;
    if (isPdf(part)) {
      const source = { type: 'base64', media_type: 'application/pdf', data: base64 } as const;
      return { type: 'document', source, title };
    }
    if (isText(part)) {
      const data = Buffer.from(base64, 'base64').toString('utf8');
      return { type: 'document', source: { type: 'text', media_type: 'text/plain', data }, title };
    }
  }
  throw new UnsupportedContent(
    `${describeMedia(part)} cannot be sent to the model: it takes PDF, and text as an upload`,
  );
}

function markCached(messages: Anthropic.MessageParam[]): void {
  const ofUser = messages.filter((message) => message.role === 'user').slice(-2);
  for (const message of ofUser) {
    const content = message.content as Block[];
    const last = content.at(-1);
    if (last !== undefined) content[content.length - 1] = { ...last, ...CACHED };
  }
}
