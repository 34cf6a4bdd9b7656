/** A provider's wire form, as the demo server speaks it. */
import type { Conversation, Reply } from './conversation.ts';

export interface Envelope {
  /** Hash of the request: ids are made of it, so that the same request gets the same answer. */
  hash: string;
  model: string;
  inputTokens: number;
  outputTokens: number;
  /** OpenAI: whether the stream ends with the usage. */
  includeUsage: boolean;
}

export interface Protocol {
  /** Throws a `TypeError` on a body that is not of this protocol. */
  read(body: Record<string, unknown>): Conversation;
  complete(reply: Reply, envelope: Envelope): unknown;
  /** SSE frames, one for each write. */
  stream(reply: Reply, envelope: Envelope): Iterable<string>;
  fail(message: string): unknown;
}

/** About four characters are a token. */
export function countTokens(value: unknown): number {
  return Math.max(1, Math.ceil((typeof value === 'string' ? value : JSON.stringify(value)).length / 4));
}

/** A text in pieces of three words, nothing lost. */
export function splitText(text: string): string[] {
  return text.match(/(?:\s*\S+){1,3}\s*$|(?:\s*\S+){1,3}/g) ?? [];
}

export function toCallId(prefix: string, envelope: Envelope, index: number): string {
  return `${prefix}_${envelope.hash.slice(0, 20)}${index}`;
}

/** Objects of a JSON array, whatever else is in it. */
export function readObjects(value: unknown): Record<string, unknown>[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (item): item is Record<string, unknown> =>
      typeof item === 'object' && item !== null && !Array.isArray(item),
  );
}

export function readString(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A string, or the text parts of a content array. */
export function readTexts(content: unknown): string[] {
  if (typeof content === 'string') return content === '' ? [] : [content];
  return readObjects(content)
    .filter((part) => part['type'] === 'text')
    .map((part) => readString(part['text']));
}

const ERROR_WORDS =
  /^(?:error\b|not (?:started|transferred|available|saved)\b|task not found|unknown tool|the arguments do not fit|cancelled\b|\S+ is not running)/i;

/** Chat Completions has no mark for a failed call: its words tell it. */
export function isErrorText(text: string): boolean {
  return ERROR_WORDS.test(text);
}
