import type { Part } from '../../protocol/content.ts';
import type { ToolCall } from '../../protocol/content.ts';
import type { PartResource, ToolCallResource } from '../../protocol/schemas/content.ts';
import type { MessageResource } from '../../protocol/schemas/resources.ts';
import type { TranscriptRow } from '../../protocol/transcript.ts';

/** What was said to the model alone is no part of the conversation that people read. */
export function isForPeople(row: TranscriptRow): boolean {
  return row.kind !== 'instruction';
}

export function renderMessage(row: TranscriptRow): MessageResource {
  const [turn, step] = row.place;
  return {
    id: row.id,
    turn,
    step,
    role: row.role,
    agent: row.agent,
    content: renderParts(row.content),
    toolCalls: renderToolCalls(row.toolCalls),
    status: row.status,
    createdAt: toIsoTime(row.at),
    usage: row.usage,
  };
}

/** A message of a person that has no place in the transcript yet. */
export function renderWaitingMessage(message: { id: string; at: number; content: Part[] }): MessageResource {
  return {
    id: message.id,
    turn: null,
    step: null,
    role: 'user',
    agent: null,
    content: renderParts(message.content),
    toolCalls: [],
    status: 'committed',
    createdAt: toIsoTime(message.at),
    usage: null,
  };
}

/** Without what only the provider understands: signatures and redacted reasoning. */
export function renderParts(parts: readonly Part[]): PartResource[] {
  return parts.flatMap((part): PartResource[] => {
    if (part.type !== 'thinking') return [part];
    return part.text === '' ? [] : [{ type: 'thinking', text: part.text }];
  });
}

export function renderToolCalls(calls: readonly ToolCall[]): ToolCallResource[] {
  return calls.map((call) => ({ id: call.id, name: call.name, arguments: call.arguments }));
}

export function toIsoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

export function toNullableIsoTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : toIsoTime(milliseconds);
}
