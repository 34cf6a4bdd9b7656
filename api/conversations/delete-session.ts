import type { FoundSession } from './find-conversation.ts';
import { Refused, WorkflowGone } from '../gateway/failures.ts';
import type { Services } from '../services.ts';

/** Histories first: while there are rows, an unfinished deletion can be asked for again. */
export async function deleteSession(
  { gateway, store, newId }: Services,
  { id }: FoundSession,
): Promise<void> {
  try {
    await gateway.close(id, { reason: 'deleted', tasks: 'stop', withoutPost: true }, newId());
  } catch (error) {
    if (!(error instanceof WorkflowGone) && !(error instanceof Refused)) throw error;
  }
  const tasks = await store.tasks.listBySession(id.workspace, id.session);
  await gateway.deleteHistories(
    id,
    tasks.map((task) => task.id),
  );
  await store.sessions.remove(id.workspace, id.session);
}
