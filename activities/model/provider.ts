/**
 * The contract between a model call and the providers' adapters: a rendered prompt goes in, deltas come out while
 * it streams, the whole reply comes back. Adapters know nothing of sessions, the store or Temporal.
 */
import type { ThinkingPart, ToolCall, Usage } from '../../protocol/content.ts';
import type { DeltaKind } from '../../protocol/live.ts';
import type { ModelConfig, StructuredOutput } from '../../protocol/team.ts';

export interface ToolDefinition {
  name: string;
  description: string;
  /** JSON Schema (2020-12) of an object. */
  parameters: Record<string, unknown>;
}

export type PromptPart =
  | { type: 'text'; text: string }
  | {
      type: 'image' | 'document';
      mediaType: string | null;
      source: { url: string } | { base64: string; name: string };
    };

export type PromptMessage =
  | { role: 'user'; parts: PromptPart[] }
  /** `provider` made `thinking`: signatures go back to it verbatim, and are dropped for another one. */
  | {
      role: 'assistant';
      text: string;
      thinking: ThinkingPart[];
      toolCalls: ToolCall[];
      provider: string | null;
    }
  | { role: 'tool'; call: string; tool: string; text: string; isError: boolean };

export interface ProviderRequest {
  system: string;
  messages: PromptMessage[];
  tools: readonly ToolDefinition[];
  /** `none`: tools stay in the prompt (the cache holds) and may not be called. */
  toolChoice: 'auto' | 'none';
  /** The form of the answer, where it has one. */
  output?: StructuredOutput;
}

export interface ProviderCall {
  model: ModelConfig;
  request: ProviderRequest;
  /** Aborts the HTTP request at once; the adapter rejects with the signal's reason. */
  signal: AbortSignal;
  onDelta: (kind: DeltaKind, text: string, call?: string) => void;
  /** No byte for so long is a failed attempt (`model.connection`). */
  idleTimeoutMs: number;
}

export interface ProviderReply {
  text: string;
  thinking: ThinkingPart[];
  /** Arguments parsed; JSON that does not parse is a failed attempt (`model.malformed`). */
  toolCalls: { id: string; name: string; arguments: Record<string, unknown> }[];
  /** The provider's own word: `stop`, `tool_calls`, `end_turn`, `max_tokens`… */
  stopReason: string;
  usage: Usage;
  /** The model as the provider names it. */
  model: string;
}

export interface Provider {
  call(call: ProviderCall): Promise<ProviderReply>;
}
