/** The two forms of a transcript row: as the table has it, and as everyone else reads it. */
import type { Selectable } from 'kysely';
import type { StoredReply } from '../protocol/activities.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { TranscriptRow } from '../protocol/transcript.ts';
import { toConversationKey } from './conversation-key.ts';
import { toJson } from './json-text.ts';
import type { TranscriptRowsTable } from './tables.ts';

/** For `json_populate_recordset`, which takes the values of JSON columns as they are. */
export function toJsonRecord(
  conversation: ConversationId,
  row: TranscriptRow,
  requestHash: string | null = null,
): string {
  const [turn, step, ordinal] = row.place;
  return toJson({
    ...toConversationKey(conversation),
    turn,
    step,
    ordinal,
    id: row.id,
    role: row.role,
    kind: row.kind,
    agent: row.agent,
    content: row.content,
    tool_calls: row.toolCalls,
    call: row.call,
    tool: row.tool,
    outcome: row.outcome,
    status: row.status,
    at: row.at,
    usage: row.usage,
    model: row.model,
    stop_reason: row.stopReason,
    request_hash: requestHash,
  } satisfies Record<keyof TranscriptRowsTable, unknown>);
}

export function toRow(record: Selectable<TranscriptRowsTable>): TranscriptRow {
  return {
    place: [record.turn, record.step, record.ordinal],
    id: record.id,
    role: record.role,
    kind: record.kind,
    agent: record.agent,
    content: record.content,
    toolCalls: record.tool_calls,
    call: record.call,
    tool: record.tool,
    outcome: record.outcome,
    status: record.status,
    at: record.at,
    usage: record.usage,
    model: record.model,
    stopReason: record.stop_reason,
  };
}

/** Null for a row that is not a model's reply. */
export function toStoredReply(record: Selectable<TranscriptRowsTable>): StoredReply | null {
  if (record.model === null || record.usage === null || record.request_hash === null) return null;
  return {
    id: record.id,
    place: [record.turn, record.step, record.ordinal],
    content: record.content,
    toolCalls: record.tool_calls,
    stopReason: record.stop_reason,
    model: record.model,
    usage: record.usage,
    requestHash: record.request_hash,
    status: record.status,
  };
}

/** A row with the columns that most kinds of row leave empty. */
export function makeRow(
  row: Pick<TranscriptRow, 'place' | 'id' | 'at' | 'role' | 'kind' | 'content'> & Partial<TranscriptRow>,
): TranscriptRow {
  return {
    agent: null,
    toolCalls: [],
    call: null,
    tool: null,
    outcome: null,
    status: 'committed',
    usage: null,
    model: null,
    stopReason: null,
    ...row,
  };
}
