import type { ProviderCall, ProviderReply } from './provider.ts';
import { isObject, parseJson } from './parse-json.ts';
import { readOpenAiUsage } from './openai-usage.ts';
import { MalformedReply, StreamedError } from './stream-failures.ts';
import { createCallNamer, parseArguments } from './tool-calls.ts';

interface OpenCall {
  id: string;
  /** The id as the server sent it, to tell its next call from a piece of this one. */
  sentId: unknown;
  index: unknown;
  name: string;
  text: string;
}

/** Puts the chunks of a Chat Completions stream together, and passes on what they add as deltas. */
export class OpenAiReply {
  isDone = false;
  readonly #call: ProviderCall;
  readonly #nameCall: (id: unknown) => string;
  #stopReason: string | null = null;
  #text = '';
  #thinking = '';
  #calls: OpenCall[] = [];
  #usage: unknown = null;
  #model: string;

  constructor(call: ProviderCall) {
    this.#call = call;
    this.#nameCall = createCallNamer(call.request.messages);
    this.#model = call.model.model;
  }

  get isAnswered(): boolean {
    return this.#stopReason !== null;
  }

  /** Takes the data of one event. Throws {@link MalformedReply} or {@link StreamedError}. */
  accept(data: string): void {
    if (data.trim() === '[DONE]') {
      this.isDone = true;
      return;
    }
    const chunk = parseJson(data);
    if (!isObject(chunk)) throw new MalformedReply('an event of the stream is not a JSON object');
    if (chunk.error !== undefined && chunk.error !== null) throw new StreamedError(chunk.error);
    if (isObject(chunk.usage)) this.#usage = chunk.usage;
    if (typeof chunk.model === 'string' && chunk.model !== '') this.#model = chunk.model;
    if (Array.isArray(chunk.choices)) {
      for (const choice of chunk.choices as unknown[]) this.#acceptChoice(choice);
    } else if (this.#usage === null) {
      throw new MalformedReply('an event of the stream is not a chunk of an answer');
    }
  }

  /** The whole reply, once the stream has ended. Throws {@link MalformedReply} where it is not whole. */
  finish(isOfficial: boolean): ProviderReply {
    const stopReason = this.#stopReason;
    if (stopReason === null) throw new MalformedReply('the stream ended before the answer was complete');
    if (stopReason === 'error') throw new StreamedError({ message: 'the answer ended with an error' });
    if (stopReason === 'tool_calls' && this.#calls.length === 0)
      throw new MalformedReply('a tool call is missing');
    const toolCalls = this.#calls.map((call, index) => {
      if (call.name === '') throw new MalformedReply('a tool call has no name');
      const isCut = stopReason === 'length' && index === this.#calls.length - 1;
      return { id: call.id, name: call.name, arguments: parseArguments(call.text, isCut) };
    });
    return {
      text: this.#text,
      thinking: this.#thinking === '' ? [] : [{ type: 'thinking', text: this.#thinking }],
      toolCalls,
      stopReason,
      usage: readOpenAiUsage(this.#usage, isOfficial ? this.#call.model.model : null),
      model: this.#model,
    };
  }

  #acceptChoice(choice: unknown): void {
    if (!isObject(choice)) throw new MalformedReply('a choice of the answer is not an object');
    if ((choice.index ?? 0) !== 0) return;
    const delta = choice.delta ?? {};
    if (!isObject(delta)) throw new MalformedReply('a delta of the answer is not an object');
    this.#thinking += this.#pass('thinking', delta.reasoning_content ?? delta.reasoning);
    this.#text += this.#pass('text', delta.content);
    // A refusal is what the model says.
    this.#text += this.#pass('text', delta.refusal);
    if (Array.isArray(delta.tool_calls)) {
      for (const piece of delta.tool_calls as unknown[]) this.#acceptToolCall(piece);
    }
    if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '') {
      this.#stopReason = choice.finish_reason;
    }
  }

  #pass(kind: 'text' | 'thinking', text: unknown): string {
    if (text === undefined || text === null || text === '') return '';
    if (typeof text !== 'string') throw new MalformedReply(`a ${kind} delta is not text`);
    this.#call.onDelta(kind, text);
    return text;
  }

  #acceptToolCall(piece: unknown): void {
    if (!isObject(piece)) throw new MalformedReply('a piece of a tool call is not an object');
    const call = this.#findCall(piece) ?? this.#openCall(piece);
    const part = isObject(piece.function) ? piece.function : {};
    if (call.name === '' && typeof part.name === 'string') call.name = part.name;
    const text = toArgumentText(part.arguments);
    if (text === '') return;
    call.text += text;
    this.#call.onDelta('arguments', text, call.id);
  }

  /** Some servers send no index, or index 0 for each of several calls: then a new id begins a new call. */
  #findCall(piece: Record<string, unknown>): OpenCall | undefined {
    const isFirst = typeof piece.id === 'string' && piece.id !== '';
    const last = this.#calls.findLast((call) => piece.index === undefined || call.index === piece.index);
    return isFirst && last?.sentId !== piece.id ? undefined : last;
  }

  #openCall(piece: Record<string, unknown>): OpenCall {
    const call = { id: this.#nameCall(piece.id), sentId: piece.id, index: piece.index, name: '', text: '' };
    this.#calls.push(call);
    return call;
  }
}

function toArgumentText(value: unknown): string {
  if (value === undefined || value === null) return '';
  // Some servers send the arguments as the object itself.
  return typeof value === 'string' ? value : JSON.stringify(value);
}
