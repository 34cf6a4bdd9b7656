import { UNKNOWN_USAGE } from '../../protocol/content.ts';
import type { TaskRecord } from '../../storage/task-store.ts';
import type { Store } from '../../storage/store.ts';
import type { Gateway } from '../gateway/gateway.ts';

/** Stops a task whose starter is over. One that was still queued has no workflow that could tell its end. */
export async function endOrphan(store: Store, gateway: Gateway, task: TaskRecord, at: number): Promise<void> {
  const { workspace, session, id, startedAt } = task;
  if (await gateway.cancelOrphan({ workspace, session, task: id })) return;
  await store.tasks.finish({
    ...{ workspace, session, task: id, status: 'cancelled', error: null, partial: false },
    ...{ usage: { ...UNKNOWN_USAGE }, startedAt: startedAt ?? at, endedAt: at, append: [], events: [] },
  });
}
