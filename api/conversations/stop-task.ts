import { isTerminal } from '../../protocol/task.ts';
import type { Receipt } from '../../protocol/task.ts';
import type { TaskRecord } from '../../storage/task-store.ts';
import type { FoundTask } from './find-conversation.ts';
import { Refused, WorkflowGone } from '../gateway/failures.ts';
import type { Services } from '../services.ts';

/** Of a task that has ended nothing changes, and the receipt says how it ended. */
export async function stopTask(
  { gateway, store }: Services,
  { id, starter, record }: FoundTask,
  request: string,
): Promise<Receipt> {
  if (isTerminal(record.status)) return toReceipt(record);
  const records = await store.tasks.listBySession(id.workspace, id.session);
  try {
    const subtree = findSubtree(records, record.id);
    return await gateway.stopTask(starter, { task: record.id, mode: 'now' }, request, subtree);
  } catch (error) {
    if (!(error instanceof WorkflowGone) && !(error instanceof Refused)) throw error;
    const { workspace, session } = id;
    return toReceipt((await store.tasks.get({ workspace, session, task: record.id })) ?? record);
  }
}

function toReceipt({ id, agent, status, partial }: TaskRecord): Receipt {
  return { mode: 'now', changed: false, tasks: [{ id, agent, status, partial }], quiet: isTerminal(status) };
}

/** The task and all below it. */
function findSubtree(records: readonly TaskRecord[], root: string): string[] {
  const found = new Set([root]);
  // Those who start others are older, so one pass sees every starter before what it started.
  for (const record of records)
    if (record.starter !== null && found.has(record.starter)) found.add(record.id);
  return [...found];
}
