import type { ThinkingPart } from '../../protocol/content.ts';
import { AnthropicUsage } from './anthropic-usage.ts';
import { isObject, parseJson } from './parse-json.ts';
import type { ProviderCall, ProviderReply } from './provider.ts';
import { MalformedReply, StreamedError } from './stream-failures.ts';
import { createCallNamer, parseArguments } from './tool-calls.ts';

type Data = Record<string, unknown>;

interface Block {
  type: string;
  part?: ThinkingPart;
  call?: { id: string; name: string; text: string; start: unknown };
}

/** Puts the events of a Messages stream together, and passes on what they add as deltas. */
export class AnthropicReply {
  isDone = false;
  readonly #call: ProviderCall;
  readonly #nameCall: (id: unknown) => string;
  readonly #blocks: Block[] = [];
  readonly #usage = new AnthropicUsage();
  #open: Block | null = null;
  #hasStarted = false;
  #stopReason: string | null = null;
  #text = '';
  #model: string;

  constructor(call: ProviderCall) {
    this.#call = call;
    this.#nameCall = createCallNamer(call.request.messages);
    this.#model = call.model.model;
  }

  get isAnswered(): boolean {
    return this.isDone;
  }

  /** Takes the data of one event. Throws {@link MalformedReply} or {@link StreamedError}. */
  accept(data: string): void {
    const event = parseJson(data);
    if (!isObject(event)) throw new MalformedReply('an event of the stream is not a JSON object');
    if (event.type === 'error') throw new StreamedError(event.error);
    if (event.type === 'ping') return;
    if (event.type === 'message_start') return this.#startMessage(event);
    if (!this.#hasStarted) throw new MalformedReply('the stream does not begin with message_start');
    if (event.type === 'content_block_start') this.#startBlock(event);
    else if (event.type === 'content_block_delta') this.#addDelta(event);
    else if (event.type === 'content_block_stop') this.#stopBlock(event);
    else if (event.type === 'message_delta') this.#closeMessage(event);
    else if (event.type === 'message_stop') this.#stopMessage();
    // Events of other types may be added at any time and carry nothing of the answer.
  }

  /** The whole reply, once the stream has ended. Throws {@link MalformedReply} where it is not whole. */
  finish(isOfficial: boolean): ProviderReply {
    const stopReason = this.#stopReason;
    if (!this.isDone || stopReason === null) {
      throw new MalformedReply('the stream ended before the answer was complete');
    }
    const calls = this.#blocks.flatMap((block) => block.call ?? []);
    if (stopReason === 'tool_use' && calls.length === 0) throw new MalformedReply('a tool call is missing');
    return {
      text: this.#text,
      thinking: this.#blocks.flatMap((block) => block.part ?? []),
      toolCalls: calls.map((call, index) => {
        const isCut = stopReason === 'max_tokens' && index === calls.length - 1;
        return { id: call.id, name: call.name, arguments: readArguments(call, isCut) };
      }),
      stopReason,
      usage: this.#usage.toUsage(isOfficial ? this.#call.model.model : null),
      model: this.#model,
    };
  }

  #startMessage(event: Data): void {
    if (this.#hasStarted) throw new MalformedReply('the stream began twice');
    this.#hasStarted = true;
    const message = objectOf(event.message);
    if (typeof message.model === 'string' && message.model !== '') this.#model = message.model;
    this.#usage.add(message.usage);
  }

  #startBlock(event: Data): void {
    if (this.#open !== null || event.index !== this.#blocks.length || this.#stopReason !== null) {
      throw new MalformedReply('a block of the answer began out of order');
    }
    const start = objectOf(event.content_block);
    const block: Block = { type: String(start.type) };
    if (start.type === 'text') this.#addText(start.text);
    else if (start.type === 'thinking') block.part = this.#startThinking(start);
    else if (start.type === 'redacted_thinking' && typeof start.data === 'string') {
      block.part = this.#place({ type: 'thinking', text: '', redacted: start.data });
    } else if (start.type === 'tool_use') {
      if (typeof start.name !== 'string' || start.name === '')
        throw new MalformedReply('a tool call has no name');
      block.call = { id: this.#nameCall(start.id), name: start.name, text: '', start: start.input };
    }
    this.#blocks.push(block);
    this.#open = block;
  }

  #startThinking(start: Data): ThinkingPart {
    const part: ThinkingPart = { type: 'thinking', text: '' };
    if (typeof start.signature === 'string' && start.signature !== '') part.signature = start.signature;
    this.#addThinking(part, start.thinking);
    return this.#place(part);
  }

  /** Where thinking stood is kept only when it was not at the beginning. */
  #place(part: ThinkingPart): ThinkingPart {
    const toolCalls = this.#blocks.filter((block) => block.call !== undefined).length;
    const characters = this.#text.length;
    return characters === 0 && toolCalls === 0 ? part : { ...part, after: { characters, toolCalls } };
  }

  #addDelta(event: Data): void {
    const block = this.#open;
    if (block === null || event.index !== this.#blocks.length - 1) {
      throw new MalformedReply('a delta belongs to no open block of the answer');
    }
    const delta = objectOf(event.delta);
    if (delta.type === 'text_delta' && block.type === 'text') this.#addText(delta.text);
    else if (delta.type === 'thinking_delta' && block.part !== undefined) {
      this.#addThinking(block.part, delta.thinking);
    } else if (delta.type === 'signature_delta' && block.part !== undefined) {
      block.part.signature = (block.part.signature ?? '') + textOf(delta.signature);
    } else if (delta.type === 'input_json_delta' && block.call !== undefined) {
      const text = textOf(delta.partial_json);
      block.call.text += text;
      if (text !== '') this.#call.onDelta('arguments', text, block.call.id);
    }
  }

  #addText(value: unknown): void {
    const text = textOf(value);
    this.#text += text;
    if (text !== '') this.#call.onDelta('text', text);
  }

  #addThinking(part: ThinkingPart, value: unknown): void {
    const text = textOf(value);
    part.text += text;
    if (text !== '') this.#call.onDelta('thinking', text);
  }

  #stopBlock(event: Data): void {
    if (this.#open === null || event.index !== this.#blocks.length - 1) {
      throw new MalformedReply('a block of the answer ended that was not open');
    }
    this.#open = null;
  }

  #closeMessage(event: Data): void {
    const { stop_reason: stopReason } = objectOf(event.delta);
    if (typeof stopReason === 'string' && stopReason !== '') this.#stopReason = stopReason;
    this.#usage.add(event.usage);
  }

  #stopMessage(): void {
    if (this.#open !== null) throw new MalformedReply('the answer ended within a block');
    this.isDone = true;
  }
}

/** The text of the arguments is read as it came: parsers of partial JSON make `{}` of one that was cut. */
function readArguments(call: { text: string; start: unknown }, isCut: boolean): Record<string, unknown> {
  if (call.text === '' && isObject(call.start) && Object.keys(call.start).length > 0) return call.start;
  return parseArguments(call.text, isCut);
}

function objectOf(value: unknown): Data {
  if (isObject(value)) return value;
  throw new MalformedReply('an event of the stream lacks its content');
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw new MalformedReply('a delta of the answer is not text');
}
