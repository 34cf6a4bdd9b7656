/** The rows of what a path names. What does not exist is answered in the same words everywhere. */
import type { ConversationId } from '../../protocol/ids.ts';
import type { SessionRecord } from '../../storage/session-store.ts';
import type { Store } from '../../storage/store.ts';
import type { TaskRecord } from '../../storage/task-store.ts';
import type { EventSource } from '../feed/event-source.ts';
import { notFound, Problem } from '../http/problem.ts';
import { maySee } from '../principal.ts';
import type { Principal } from '../principal.ts';

const SESSION_ID = /^ses_[0-9a-f]{28}$/;
const TASK_ID = /^agent_task_[0-9a-f-]{36}$/;

export interface FoundSession {
  id: ConversationId;
  record: SessionRecord;
}

export interface FoundTask {
  id: ConversationId;
  /** The conversation that started it, whose workflow looks after it. */
  starter: ConversationId;
  record: TaskRecord;
  session: SessionRecord;
}

/** A session of somebody else is answered like one that does not exist. */
export async function findSession(
  store: Store,
  principal: Principal,
  session: string,
): Promise<FoundSession> {
  const { workspace } = principal;
  const record = SESSION_ID.test(session) ? await store.sessions.get(workspace, session) : null;
  if (record === null || !maySee(principal, record.principal)) throw notFound('session', session);
  return { id: { workspace, session, task: null }, record };
}

export async function findTask(
  { store, source }: { store: Store; source: EventSource },
  principal: Principal,
  { session, task }: { session: string; task: string },
): Promise<FoundTask> {
  const { id, record: sessionRecord } = await findSession(store, principal, session);
  const { workspace } = id;
  const record = TASK_ID.test(task) ? await store.tasks.get({ workspace, session, task }) : null;
  if (record === null && (await isOnItsWay(source, id, task))) {
    throw new Problem('unavailable', `The task ${task} is about to start. Try again soon`, {
      headers: { 'Retry-After': '1' },
    });
  }
  if (record === null) throw notFound('task', task);
  const starter = { ...id, task: record.starter };
  return { id: { ...id, task }, starter, record, session: sessionRecord };
}

/** The feed tells of a task before it is in the store, and long before while the store is away. */
async function isOnItsWay(source: EventSource, session: ConversationId, task: string): Promise<boolean> {
  if (!TASK_ID.test(task) || (await source.isOver(session))) return false;
  const read = await source.readWorkflow(session, Number.MAX_SAFE_INTEGER);
  return read?.view.tasks.some(({ id }) => id === task) ?? false;
}
