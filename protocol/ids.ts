/**
 * Ids and how they are made. An id carries its kind as a prefix; ids of sessions, messages and files sort by
 * the time at which they were made. Time and chance come from the caller, so that workflows can use these too.
 */

/** 48 bits of milliseconds and 64 bits of chance, in hex: `ses_0199f3c2a1b04fd2…`. */
function makeSortableId(prefix: string, nowMs: number, uuid: string): string {
  return `${prefix}_${nowMs.toString(16).padStart(12, '0')}${uuid.replaceAll('-', '').slice(0, 16)}`;
}

export const makeSessionId = (nowMs: number, uuid: string): string => makeSortableId('ses', nowMs, uuid);
export const makeMessageId = (nowMs: number, uuid: string): string => makeSortableId('msg', nowMs, uuid);
export const makeFileId = (nowMs: number, uuid: string): string => makeSortableId('file', nowMs, uuid);
export const makeTaskId = (uuid: string): string => `agent_task_${uuid}`;

/**
 * The conversation of a session (`task: null`) or of one of its tasks: what has a transcript and a feed. A phase's name
 * in the place of a task is what runs the hooks of that phase: the starter of their tasks.
 */
export interface ConversationId {
  workspace: string;
  session: string;
  task: string | null;
}

export const HOOK_PHASES = ['pre', 'post'] as const;
export type HookPhase = (typeof HOOK_PHASES)[number];

/** Whether what stands in the place of a task is a phase of the session. */
export function isHookPhase(task: string | null): task is HookPhase {
  return task === 'pre' || task === 'post';
}

/** The Temporal workflow id of a conversation. Its parts are in every id, row and query: see spec "Workspaces". */
export function toWorkflowId(id: ConversationId): string {
  const session = `ws/${id.workspace}/session/${id.session}`;
  if (id.task === null) return session;
  return isHookPhase(id.task) ? `${session}/${id.task}` : `${session}/task/${id.task}`;
}

/** The conversation that a workflow id names. Throws on the id of another kind of workflow. */
export function toConversationId(workflowId: string): ConversationId {
  const parts = /^ws\/([^/]+)\/session\/([^/]+)(?:\/(pre|post)|\/task\/([^/]+))?$/.exec(workflowId);
  const [, workspace, session, phase, task = phase ?? null] = parts ?? [];
  if (workspace === undefined || session === undefined) throw new Error(`not a conversation: ${workflowId}`);
  return { workspace, session, task };
}

/**
 * The id of an update that brings a message. With the body's hash, so that another body under a known id is looked at
 * and refused, not answered as a repeat. The end of the id is its chance; history holds this four times, so it is short.
 */
export function toUpdateId({ id, hash }: { id: string; hash: string }): string {
  return `${id.slice(-16)}:${hash.slice(0, 6)}`;
}

/** Of the update that brings the same message and waits for the end of its turn: another one than that without. */
export function toWaitingUpdateId(message: { id: string; hash: string }): string {
  return `${toUpdateId(message)}:w`;
}

/** The workspace of everything until keys name another one. */
export const DEFAULT_WORKSPACE = 'default';

/** Conversations answer on this task queue; background agents work on the one named after it. */
export const MAIN_QUEUE = 'offstage';

export function toBackgroundQueue(mainQueue: string): string {
  return `${mainQueue}-background`;
}
