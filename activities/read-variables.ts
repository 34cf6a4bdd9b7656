import { toSessionBody } from '../core/session-body.ts';
import { isHookPhase } from '../protocol/ids.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { Store } from '../storage/store.ts';

type Stores = Pick<Store, 'sessions' | 'tasks'>;

/** Of the session, and over them those that a task was given for itself. */
export async function readVariables(
  { sessions, tasks }: Stores,
  { workspace, session, task }: ConversationId,
): Promise<Record<string, unknown>> {
  const shared = (await sessions.get(workspace, session))?.variables;
  const own = task === null ? {} : (await tasks.get({ workspace, session, task }))?.variables;
  return { ...shared, ...own };
}

/** What the input of a task may name: the variables of its starter; in a hook what functions are told of the session, too. */
export async function readScope(store: Stores, starter: ConversationId): Promise<Record<string, unknown>> {
  const { workspace, session, task: phase } = starter;
  const record = isHookPhase(phase) ? await store.sessions.get(workspace, session) : null;
  if (record === null || !isHookPhase(phase)) return readVariables(store, starter);
  const { agent, analysis, variables } = record;
  const body = toSessionBody(record, { phase, agent, variables, analysis, now: Date.now() });
  return { ...body, ...variables, ...(phase === 'post' ? { analysis } : {}) };
}
