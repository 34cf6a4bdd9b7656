import { createHash } from 'node:crypto';
import { isObject, parseJson } from './parse-json.ts';
import type { PromptMessage } from './provider.ts';
import { MalformedReply } from './stream-failures.ts';

/** What every provider takes back: OpenAI refuses ids of more than 40 characters, Anthropic other characters. */
const ACCEPTED_ID = /^[A-Za-z0-9_-]{1,40}$/;

/**
 * Gives each new tool call an id that is unique in its conversation and that every provider takes back. A good id stays
 * as it is. Some servers number their calls from 0 in every answer, or send none.
 */
export function createCallNamer(messages: PromptMessage[]): (id: unknown) => string {
  const taken = new Set<string>();
  for (const message of messages) {
    if (message.role === 'assistant') for (const call of message.toolCalls) taken.add(call.id);
  }
  return (id) => {
    const base = acceptableId(id);
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base.slice(0, 32)}_${count}`;
    taken.add(name);
    return name;
  };
}

function acceptableId(id: unknown): string {
  if (typeof id !== 'string' || id === '') return 'call';
  if (ACCEPTED_ID.test(id)) return id;
  return `call_${createHash('sha256').update(id).digest('hex').slice(0, 24)}`;
}

/**
 * Arguments of a tool call from their text. No text is no arguments, unless the answer was cut at its token limit
 * (`isCut`). Throws {@link MalformedReply} when it is not the JSON of an object.
 */
export function parseArguments(text: string, isCut: boolean): Record<string, unknown> {
  if (text.trim() === '' && !isCut) return {};
  const value = parseJson(text);
  if (isObject(value)) return value;
  throw new MalformedReply(
    isCut
      ? 'the answer was cut at its token limit in the middle of a tool call; a higher max_tokens may help'
      : 'the arguments of a tool call are not a JSON object',
  );
}
