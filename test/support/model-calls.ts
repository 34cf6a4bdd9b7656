/** Calls to a provider as the tests make them: short to write, everything else at its default. */
import type { ModelAccess } from '../../activities/model/model-access.ts';
import type {
  PromptMessage,
  Provider,
  ProviderCall,
  ProviderReply,
  ProviderRequest,
} from '../../activities/model/provider.ts';
import type { ModelConfig } from '../../protocol/team.ts';

export function modelConfig(overrides: Partial<ModelConfig> = {}): ModelConfig {
  return {
    provider: 'openai',
    model: 'gpt-4o',
    baseUrl: null,
    tokenKey: null,
    temperature: null,
    topP: null,
    maxTokens: null,
    thinkingBudget: null,
    parallelToolCalls: null,
    providerOptions: {},
    ...overrides,
  };
}

export function promptRequest(overrides: Partial<ProviderRequest> = {}): ProviderRequest {
  return { system: 'Be brief.', messages: [userSays('Hello')], tools: [], toolChoice: 'auto', ...overrides };
}

export function userSays(text: string): PromptMessage {
  return { role: 'user', parts: [{ type: 'text', text }] };
}

export function assistantSays(
  text: string,
  more: Partial<Extract<PromptMessage, { role: 'assistant' }>> = {},
): PromptMessage {
  return { role: 'assistant', text, thinking: [], toolCalls: [], provider: null, ...more };
}

export function toolAnswers(call: string, text: string, isError = false): PromptMessage {
  return { role: 'tool', call, tool: 'look_up', text, isError };
}

export const LOOK_UP = {
  name: 'look_up',
  description: 'Looks something up',
  parameters: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
};

/** Keys of both providers, and their addresses at a local server. */
export function localAccess(server: { url: string; openaiUrl: string }): ModelAccess {
  return {
    env: {
      OPENAI_API_KEY: 'sk-openai-test',
      OPENAI_BASE_URL: server.openaiUrl,
      ANTHROPIC_API_KEY: 'sk-ant-test',
      ANTHROPIC_BASE_URL: server.url,
    },
    demo: null,
  };
}

export interface Delta {
  kind: string;
  text: string;
  call: string | undefined;
}

/** One call and the deltas that it streamed. */
export async function callProvider(
  provider: Provider,
  call: Partial<ProviderCall> = {},
): Promise<{ reply: ProviderReply; deltas: Delta[] }> {
  const deltas: Delta[] = [];
  const reply = await provider.call({
    model: modelConfig(),
    request: promptRequest(),
    signal: new AbortController().signal,
    onDelta: (kind, text, id) => deltas.push({ kind, text, call: id }),
    idleTimeoutMs: 30_000,
    ...call,
  });
  return { reply, deltas };
}

/** The deltas of one kind, joined. */
export function joinDeltas(deltas: Delta[], kind: string): string {
  return deltas.flatMap((delta) => (delta.kind === kind ? delta.text : [])).join('');
}
