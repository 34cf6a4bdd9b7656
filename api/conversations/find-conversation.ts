/** The rows of what a path names. What does not exist is answered in the same words everywhere. */
import type { ConversationId } from '../../protocol/ids.ts';
import type { SessionRecord } from '../../storage/session-store.ts';
import type { Store } from '../../storage/store.ts';
import type { TaskRecord } from '../../storage/task-store.ts';
import { notFound } from '../http/problem.ts';
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
  store: Store,
  principal: Principal,
  { session, task }: { session: string; task: string },
): Promise<FoundTask> {
  const { id, record: sessionRecord } = await findSession(store, principal, session);
  const { workspace } = id;
  const record = TASK_ID.test(task) ? await store.tasks.get({ workspace, session, task }) : null;
  if (record === null) throw notFound('task', task);
  const starter = { ...id, task: record.starter };
  return { id: { ...id, task }, starter, record, session: sessionRecord };
}
