/** The transcript as a provider's prompt: each kind of row in its own form, every tool call with a result. */
import { textOf } from '../../core/task-text.ts';
import type { InputPart, Part, ThinkingPart } from '../../protocol/content.ts';
import type { TranscriptRow } from '../../protocol/transcript.ts';
import type { PromptMessage, PromptPart } from '../model/provider.ts';

/** Gives the bytes of an uploaded file for a prompt. */
export type LoadFile = (id: string) => Promise<{ name: string; mediaType: string; base64: string }>;

export async function toPromptMessages(
  rows: readonly TranscriptRow[],
  loadFile: LoadFile,
): Promise<PromptMessage[]> {
  const messages: PromptMessage[] = [];
  const answers = new Map(rows.map(({ call }, index) => [call, index]));
  for (const [index, row] of rows.entries()) {
    const isAnswered = (call: string) => (answers.get(call) ?? -1) > index;
    const known = rendered.get(row);
    if (known !== undefined) {
      messages.push(known);
      continue;
    }
    const made = await toMessages(row, isAnswered, loadFile);
    const [only] = made;
    if (only !== undefined && standsAlone(row)) rendered.set(row, only);
    messages.push(...made);
  }
  return messages;
}

/** Of rows that were rendered before: a worker that remembers a conversation's rows has most of the next prompt. */
const rendered = new WeakMap<TranscriptRow, PromptMessage>();

/** Whether its form depends on no other row, and keeps no file in memory. */
function standsAlone({ toolCalls, content }: TranscriptRow): boolean {
  return toolCalls.length === 0 && content.every(({ type }) => type === 'text' || type === 'thinking');
}

async function toMessages(
  row: TranscriptRow,
  isAnswered: (call: string) => boolean,
  loadFile: LoadFile,
): Promise<PromptMessage[]> {
  if (row.kind === 'assistant') return toAssistantMessages(row, isAnswered);
  if (row.kind === 'tool') return [toToolMessage(row)];
  return [{ role: 'user', parts: await toUserParts(row, loadFile) }];
}

/** The reply, and results for calls that have none: providers refuse a call without one. */
function toAssistantMessages(row: TranscriptRow, isAnswered: (call: string) => boolean): PromptMessage[] {
  const text = textOf(row.content);
  const thinking = row.content.filter((part): part is ThinkingPart => part.type === 'thinking');
  const provider = row.model?.split('/')[0] ?? null;
  const marked = row.status === 'interrupted' ? `${text} [the user interrupted here]` : text;
  const missing = row.toolCalls.filter(({ id }) => !isAnswered(id));
  return [
    { role: 'assistant', text: marked, thinking, toolCalls: row.toolCalls, provider },
    ...missing.map(({ id, name }) => ({
      role: 'tool' as const,
      call: id,
      tool: name,
      text: 'cancelled before there was a result',
      isError: true,
    })),
  ];
}

function toToolMessage(row: TranscriptRow): PromptMessage {
  const isError = row.outcome !== 'ok';
  return { role: 'tool', call: row.call ?? '', tool: row.tool ?? '', text: textOf(row.content), isError };
}

async function toUserParts(row: TranscriptRow, loadFile: LoadFile): Promise<PromptPart[]> {
  const text = textOf(row.content);
  switch (row.kind) {
    case 'completion':
      return [{ type: 'text', text }];
    case 'instruction':
      return [{ type: 'text', text: `<system_notice>${text}</system_notice>` }];
    case 'system':
      return [{ type: 'text', text: `<system_notice>The user was told: ${text}</system_notice>` }];
    default:
      return toUserContent(row.content, loadFile);
  }
}

async function toUserContent(content: readonly Part[], loadFile: LoadFile): Promise<PromptPart[]> {
  const parts: PromptPart[] = [];
  for (const part of content) {
    if (part.type === 'thinking') continue;
    parts.push(...(await toPromptParts(part, loadFile)));
  }
  return parts;
}

async function toPromptParts(part: InputPart, loadFile: LoadFile): Promise<PromptPart[]> {
  if (part.type === 'text') return [{ type: 'text', text: disarm(part.text) }];
  if (part.fileId === undefined) {
    return [{ type: part.type, mediaType: part.mediaType, source: { url: part.url ?? '' } }];
  }
  const { name, mediaType, base64 } = await loadFile(part.fileId);
  // Named with its id, so that the model can hand it to a background agent.
  const label = `[attached: ${part.fileId}, ${name}, ${mediaType}]`;
  return [
    { type: 'text', text: label },
    { type: part.type, mediaType, source: { base64, name } },
  ];
}

/** A user's text can quote the system's marks, and must not pass for them. */
function disarm(text: string): string {
  return text.replace(/<(?=\/?(?:background_task|system_notice)\b)/gi, '&lt;');
}
