/** Content of messages, as the API and the transcript have it. */

export interface TextPart {
  type: 'text';
  text: string;
}

/** An image or a document, by URL (passed on as a URL, never fetched by us) or as an uploaded file. */
export interface MediaPart {
  type: 'image' | 'document';
  url?: string;
  fileId?: string;
  mediaType: string | null;
}

/** A model's reasoning. `signature` is the provider's own and goes back to it verbatim. */
export interface ThinkingPart {
  type: 'thinking';
  text: string;
  signature?: string;
  /** Anthropic's redacted reasoning: opaque, goes back verbatim. */
  redacted?: string;
  /** How much of the reply stood before it; left out at the beginning. It has to go back to the same place. */
  after?: { characters: number; toolCalls: number };
}

export type InputPart = TextPart | MediaPart;
export type Part = InputPart | ThinkingPart;

/** A tool call as the model made it. `problem` is set when the arguments do not fit the tool: told to the model. */
export interface ToolCall {
  id: string;
  name: string;
  /** Parsed and, for tools that we define, validated. Left out of a workflow's copy when they are large. */
  arguments: Record<string, unknown>;
  problem?: string;
}

/** Tokens of one call or a sum of them. `null` is unknown, never 0. Cost is in US dollars. */
export interface Usage {
  inputTokens: number | null;
  cachedInputTokens: number | null;
  outputTokens: number | null;
  reasoningTokens: number | null;
  costUsd: number | null;
  modelCalls: number;
}

export const NO_USAGE: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  costUsd: 0,
  modelCalls: 0,
};

/** Of calls that nobody told the usage of. */
export const UNKNOWN_USAGE: Usage = {
  inputTokens: null,
  cachedInputTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  costUsd: null,
  modelCalls: 0,
};

export function sumUsage(usages: Iterable<Usage>): Usage {
  return [...usages].reduce(addUsage, { ...NO_USAGE });
}

/** Of dollars or seconds that were added up: without the noise of binary fractions, and far below what a token costs. */
export function tidyAmount(amount: number): number {
  return Math.round(amount * 1e12) / 1e12;
}

/** Unknown plus known stays unknown: a sum that leaves something out would be a lie. */
export function addUsage(a: Usage, b: Usage): Usage {
  const add = (x: number | null, y: number | null): number | null =>
    x === null || y === null ? null : x + y;
  return {
    inputTokens: add(a.inputTokens, b.inputTokens),
    cachedInputTokens: add(a.cachedInputTokens, b.cachedInputTokens),
    outputTokens: add(a.outputTokens, b.outputTokens),
    reasoningTokens: add(a.reasoningTokens, b.reasoningTokens),
    costUsd: a.costUsd === null || b.costUsd === null ? null : tidyAmount(a.costUsd + b.costUsd),
    modelCalls: a.modelCalls + b.modelCalls,
  };
}
