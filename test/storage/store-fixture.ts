import type { NewRow, Place } from '../../protocol/transcript.ts';
import type { OpenTaskRequest } from '../../protocol/activities.ts';
import type { Usage } from '../../protocol/content.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import type { NewSession } from '../../storage/session-store.ts';
import type { ReplyToCommit } from '../../storage/transcript-store.ts';

export const WORKSPACE = 'default';

export const usage: Usage = {
  inputTokens: 10,
  cachedInputTokens: 0,
  outputTokens: 5,
  reasoningTokens: null,
  costUsd: null,
  modelCalls: 1,
};

export function makeSession(id: string, change: Partial<NewSession> = {}): NewSession {
  return {
    workspace: WORKSPACE,
    id,
    principal: 'development',
    team: { name: 'support', version: 'v1' },
    agent: 'main',
    user: { id: 'u1', name: 'Ada' },
    userId: 'u1',
    title: 'A session',
    variables: { plan: 'gold' },
    metadata: {},
    demo: false,
    createdAt: 1_700_000_000_000,
    ...change,
  };
}

export function makeTask(
  session: string,
  task: string,
  change: Partial<OpenTaskRequest> = {},
): OpenTaskRequest {
  return {
    workspace: WORKSPACE,
    session,
    task,
    starter: { task: null },
    agent: 'researcher',
    title: 'Look it up',
    depth: 1,
    text: 'Find the opening hours.',
    expectedOutput: null,
    attachments: [],
    context: 'none',
    variables: {},
    queuedAt: 1_700_000_001_000,
    ...change,
  };
}

export function makeFinish(session: string, task: string) {
  return {
    workspace: WORKSPACE,
    session,
    task,
    status: 'completed' as 'completed' | 'failed' | 'cancelled',
    partial: false,
    usage,
    startedAt: 1_700_000_002_000,
    endedAt: 1_700_000_009_000,
    error: null as { type: string; message: string } | null,
    append: [] as NewRow[],
    events: [],
  };
}

export function inSession(session: string, task: string | null = null): ConversationId {
  return { workspace: WORKSPACE, session, task };
}

export function makeUserRow(place: Place, id: string, text: string): NewRow {
  return { kind: 'user', place, id, at: 1, content: [{ type: 'text', text }] };
}

export function makeReply(place: Place, text: string, change: Partial<ReplyToCommit> = {}): ReplyToCommit {
  return {
    id: `msg_${place.join('_')}`,
    place,
    content: [{ type: 'text', text }],
    toolCalls: [],
    stopReason: 'stop',
    model: 'openai/gpt-4o',
    usage,
    requestHash: 'hash',
    status: 'committed',
    agent: 'main',
    at: 2,
    run: 'run-1',
    ...change,
  };
}

export function textsOf(rows: readonly { content: { type: string; text?: string }[] }[]): string[] {
  return rows.map((row) => row.content.map((part) => part.text ?? part.type).join('|'));
}
