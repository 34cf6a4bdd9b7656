import { isHookPhase } from '../protocol/ids.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { Store } from '../storage/store.ts';

/** Of the session, and over them those that a task was given for itself. */
export async function readVariables(
  { sessions, tasks }: Pick<Store, 'sessions' | 'tasks'>,
  { workspace, session, task }: ConversationId,
): Promise<Record<string, unknown>> {
  const record = await sessions.get(workspace, session);
  const shared = record?.variables;
  if (isHookPhase(task))
    return { ...shared, ...(task === 'post' ? { analysis: record?.analysis ?? null } : {}) };
  const own = task === null ? {} : (await tasks.get({ workspace, session, task }))?.variables;
  return { ...shared, ...own };
}
