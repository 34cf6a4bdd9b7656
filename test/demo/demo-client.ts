/** Asks the demo model through the real SDKs; one neutral form of conversation for both. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

type Line =
  | { user: string; label?: string; image?: string; pdf?: string }
  | { assistant: string; calls?: Call[] }
  | { result: string; call: string; isError?: boolean };

export interface Call {
  id: string;
  name: string;
  arguments: Record<string, unknown>;
}

export interface Tool {
  name: string;
  description: string;
  parameters: { type: 'object'; properties: Record<string, unknown> };
}

interface Question {
  system?: string;
  tools?: Tool[];
  lines: Line[];
  stream?: boolean;
  toolChoice?: 'none';
}

interface Answer {
  text: string;
  calls: Call[];
  stopReason: string | null;
  inputTokens: number;
  outputTokens: number;
  pieces: number;
}

export type Ask = (question: Question) => Promise<Answer>;

function toOpenAiMessage(line: Line): OpenAI.Chat.ChatCompletionMessageParam {
  if ('result' in line) return { role: 'tool', tool_call_id: line.call, content: line.result };
  if ('assistant' in line) {
    const calls = (line.calls ?? []).map((call) => ({
      id: call.id,
      type: 'function' as const,
      function: { name: call.name, arguments: JSON.stringify(call.arguments) },
    }));
    return { role: 'assistant', content: line.assistant, ...(calls.length > 0 && { tool_calls: calls }) };
  }
  const label = line.label && [{ type: 'text' as const, text: line.label }];
  const image = line.image && [{ type: 'image_url' as const, image_url: { url: line.image } }];
  const pdf = line.pdf && [{ type: 'file' as const, file: { filename: line.pdf, file_data: 'data:,' } }];
  return {
    role: 'user',
    content: [{ type: 'text', text: line.user }, ...(label || []), ...(image || []), ...(pdf || [])],
  };
}

function askByOpenAi(baseUrl: string): Ask {
  const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: 'demo', maxRetries: 0 });
  return async ({ system, tools = [], lines, stream, toolChoice }) => {
    const body = {
      model: 'gpt-4o',
      messages: [
        ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
        ...lines.map(toOpenAiMessage),
      ],
      ...(tools.length > 0 && {
        tools: tools.map((tool) => ({ type: 'function' as const, function: { ...tool } })),
      }),
      ...(toolChoice && { tool_choice: toolChoice }),
    };
    let pieces = 0;
    let completion: OpenAI.Chat.ChatCompletion;
    if (stream === true) {
      const runner = client.chat.completions.stream({ ...body, stream_options: { include_usage: true } });
      runner.on('content', () => (pieces += 1));
      completion = await runner.finalChatCompletion();
    } else {
      completion = await client.chat.completions.create(body);
    }
    const choice = completion.choices[0]!;
    return {
      text: choice.message.content ?? '',
      calls: (choice.message.tool_calls ?? []).flatMap((call) =>
        call.type === 'function'
          ? [
              {
                id: call.id,
                name: call.function.name,
                arguments: JSON.parse(call.function.arguments) as Call['arguments'],
              },
            ]
          : [],
      ),
      stopReason: choice.finish_reason,
      inputTokens: completion.usage!.prompt_tokens,
      outputTokens: completion.usage!.completion_tokens,
      pieces,
    };
  };
}

function toAnthropicMessage(line: Line): Anthropic.MessageParam {
  if ('result' in line) {
    const block = { type: 'tool_result' as const, tool_use_id: line.call, content: line.result };
    return { role: 'user', content: [{ ...block, is_error: line.isError ?? false }] };
  }
  if ('assistant' in line) {
    const text = line.assistant === '' ? [] : [{ type: 'text' as const, text: line.assistant }];
    const calls = (line.calls ?? []).map((call) => ({
      type: 'tool_use' as const,
      id: call.id,
      name: call.name,
      input: call.arguments,
    }));
    return { role: 'assistant', content: [...text, ...calls] };
  }
  const label = line.label && [{ type: 'text' as const, text: line.label }];
  const image = line.image && [{ type: 'image' as const, source: { type: 'url' as const, url: line.image } }];
  const source = { type: 'base64' as const, media_type: 'application/pdf' as const, data: '' };
  const pdf = line.pdf && [{ type: 'document' as const, title: line.pdf, source }];
  return {
    role: 'user',
    content: [{ type: 'text', text: line.user }, ...(label || []), ...(image || []), ...(pdf || [])],
  };
}

function askByAnthropic(baseUrl: string): Ask {
  const client = new Anthropic({ baseURL: baseUrl, apiKey: 'demo', maxRetries: 0 });
  return async ({ system, tools = [], lines, stream, toolChoice }) => {
    const body = {
      model: 'claude-sonnet-4-0',
      max_tokens: 1000,
      messages: lines.map(toAnthropicMessage),
      ...(system !== undefined && { system }),
      tools: tools.map(({ name, description, parameters }) => ({
        name,
        description,
        input_schema: parameters,
      })),
      ...(toolChoice && { tool_choice: { type: toolChoice } }),
    };
    let pieces = 0;
    let message: Anthropic.Message;
    if (stream === true) {
      const runner = client.messages.stream(body);
      runner.on('text', () => (pieces += 1));
      message = await runner.finalMessage();
    } else {
      message = await client.messages.create(body);
    }
    return {
      text: message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join(''),
      calls: message.content.flatMap((block) =>
        block.type === 'tool_use'
          ? [{ id: block.id, name: block.name, arguments: block.input as Call['arguments'] }]
          : [],
      ),
      stopReason: message.stop_reason,
      inputTokens: message.usage.input_tokens,
      outputTokens: message.usage.output_tokens,
      pieces,
    };
  };
}

export const clients: [string, (baseUrl: string) => Ask][] = [
  ['OpenAI', askByOpenAi],
  ['Anthropic', askByAnthropic],
];
