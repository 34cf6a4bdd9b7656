/**
 * The tables, as Kysely sees them. Times are milliseconds since 1970 (bigint). JSON columns are `json` and not
 * `jsonb`: nothing searches inside them, and `json` keeps the order of keys, so prompts stay byte-stable.
 * The conversation of a session has `task = ''`, since a part of a primary key cannot be null.
 */
import type { ColumnType, Generated } from 'kysely';
import type { BudgetUse } from '../protocol/budget.ts';
import type { Part, ToolCall, Usage } from '../protocol/content.ts';
import type { ConversationEvent } from '../protocol/events.ts';
import type { HookRecord } from '../protocol/hook-runs.ts';
import type { HookStatus } from '../protocol/hooks.ts';
import type { HookPhase } from '../protocol/ids.ts';
import type { TaskProgress, TaskStatus } from '../protocol/task.ts';
import type { Team } from '../protocol/team.ts';
import type { ToolOutcomeName, TranscriptRow } from '../protocol/transcript.ts';

/** Written as text by `toJson`, read as the value. */
type Json<T> = ColumnType<T, string, string>;
type NullableJson<T> = ColumnType<T | null, string | null, string | null>;

export type SessionStatus = 'opening' | 'idle' | 'busy' | 'closing' | 'closed' | 'aborted';

export interface SessionsTable {
  workspace: string;
  id: string;
  principal: string;
  status: SessionStatus;
  team_name: string;
  team_version: string;
  agent: string;
  user_id: string | null;
  user: NullableJson<unknown>;
  title: string | null;
  variables: Json<Record<string, unknown>>;
  metadata: Json<Record<string, unknown>>;
  demo: boolean;
  created_at: number;
  updated_at: number;
  closed_at: number | null;
  close_reason: string | null;
  final_view: NullableJson<unknown>;
  /** What the team's analysis made of it. */
  analysis: NullableJson<unknown>;
}

interface ConversationColumns {
  workspace: string;
  session: string;
  task: string;
}

export interface TranscriptRowsTable extends ConversationColumns {
  turn: number;
  step: number;
  ordinal: number;
  id: string;
  role: TranscriptRow['role'];
  kind: TranscriptRow['kind'];
  agent: string | null;
  content: Json<Part[]>;
  tool_calls: Json<ToolCall[]>;
  call: string | null;
  tool: string | null;
  outcome: ToolOutcomeName | null;
  status: TranscriptRow['status'];
  at: number;
  usage: NullableJson<Usage>;
  model: string | null;
  stop_reason: string | null;
  request_hash: string | null;
}

export interface TasksTable {
  workspace: string;
  session: string;
  id: string;
  /** The task that started it; null when the session's conversation did. */
  starter: string | null;
  agent: string;
  title: string;
  depth: number;
  text: string;
  expected_output: string | null;
  attachments: Json<string[]>;
  variables: Json<Record<string, unknown>>;
  status: TaskStatus;
  partial: boolean;
  result: string | null;
  error: NullableJson<{ type: string; message: string }>;
  usage: NullableJson<Usage>;
  files: number;
  /** What it reported last of how far it is. */
  progress: NullableJson<TaskProgress>;
  /** What it asks and has no answer to. */
  question: string | null;
  /** The budget that it waits for. */
  shortage: NullableJson<BudgetUse>;
  /** Whether it has a place among those that may run in its tree. */
  seated: Generated<boolean>;
  queued_at: number;
  started_at: number | null;
  ended_at: number | null;
}

export interface Database {
  sessions: SessionsTable;
  accepted_messages: {
    workspace: string;
    session: string;
    id: string;
    hash: string;
    acknowledgement: Json<unknown>;
  };
  tasks: TasksTable;
  transcript_rows: TranscriptRowsTable;
  /** The last opened step of a conversation, and the newest run that opened one. */
  conversation_cursors: ConversationColumns & {
    run: string;
    turn: number;
    step: number;
    request_hash: string | null;
  };
  /** Every run that ever opened a step: one that comes back after a newer one is a straggler. */
  seen_runs: ConversationColumns & { run: string };
  partial_outputs: ConversationColumns & { turn: number; step: number; attempt: number; text: string };
  events: ConversationColumns & { event_offset: number; body: Json<ConversationEvent> };
  /** Limits and what was spent, of a tree (`task = ''`) or of one task. A limit of null is none. */
  budgets: ConversationColumns & {
    tokens_limit: number | null;
    cost_limit: number | null;
    seconds_limit: number | null;
    tokens_used: Generated<number>;
    cost_used: Generated<number>;
    seconds_used: Generated<number>;
  };
  /** Who set which limits: what is null was left as it was. */
  budget_extensions: ConversationColumns & {
    request: string;
    principal: string;
    at: number;
    tokens_limit: number | null;
    cost_limit: number | null;
    seconds_limit: number | null;
  };
  /** What the model call that a conversation makes is likely to cost, as long as it runs. */
  reservations: ConversationColumns & {
    turn: number;
    step: number;
    tokens: number;
    cost: number;
    at: number;
    expires_at: number;
  };
  hooks: {
    workspace: string;
    session: string;
    phase: HookPhase;
    position: number;
    kind: HookRecord['kind'];
    name: string;
    status: HookStatus;
    task: string | null;
    error: NullableJson<{ type: string; message: string }>;
    usage: NullableJson<Usage>;
    started_at: number;
    ended_at: number | null;
  };
  todos: ConversationColumns & { items: Json<unknown> };
  teams: { workspace: string; version: string; name: string; body: Json<Team> };
  files: {
    workspace: string;
    id: string;
    principal: string;
    session: string | null;
    task: string | null;
    name: string;
    media_type: string;
    size: number;
    bytes: Uint8Array;
    created_at: number;
  };
  idempotent_requests: {
    workspace: string;
    principal: string;
    route: string;
    key: string;
    body_hash: string;
    response: NullableJson<unknown>;
    started_at: number;
    expires_at: number;
  };
}
