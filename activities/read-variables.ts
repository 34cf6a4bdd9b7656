import type { ConversationId } from '../protocol/ids.ts';
import type { Store } from '../storage/store.ts';

/** Of the session, and over them those that a task was given for itself. */
export async function readVariables(
  { sessions, tasks }: Pick<Store, 'sessions' | 'tasks'>,
  { workspace, session, task }: ConversationId,
): Promise<Record<string, unknown>> {
  const shared = (await sessions.get(workspace, session))?.variables;
  const own = task === null ? {} : (await tasks.get({ workspace, session, task }))?.variables;
  return { ...shared, ...own };
}
