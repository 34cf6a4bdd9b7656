import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '../../protocol/task.ts';
import type { Receipt, StopMode, StoppedTask, TaskStatus } from '../../protocol/task.ts';
import { endOrphan } from '../feed/end-orphan.ts';
import { Refused, WorkflowGone } from '../gateway/failures.ts';
import type { Services } from '../services.ts';
import type { FoundTask } from './find-conversation.ts';
import { findSubtree } from './find-subtree.ts';
import { toStatus } from './render-task.ts';
import { readTaskTree } from './task-tree.ts';

/** An orphan that takes longer to stop is answered as it is by then. */
const ORPHAN_QUIET_WITHIN_MS = 8_000;
const LOOK_EVERY_MS = 100;

/** Of a task that has ended nothing changes, and the receipt says how it ended. */
export async function stopTask(
  services: Services,
  found: FoundTask,
  mode: StopMode,
  request: string,
): Promise<Receipt> {
  const { id, starter, record } = found;
  const { workspace, session } = id;
  if (isTerminal(record.status)) return toReceipt(await readSubtree(services, found), mode, false);
  const records = await services.store.tasks.listBySession(workspace, session);
  const subtree = findSubtree(records, record.id);
  try {
    const receipt = await services.gateway.stopTask(starter, { task: record.id, mode }, request, subtree);
    if (receipt.quiet) return receipt;
    const tasks = await readSubtree(services, found);
    return { ...receipt, tasks, quiet: tasks.every(({ status }) => isTerminal(status)) };
  } catch (error) {
    if (!(error instanceof WorkflowGone) && !(error instanceof Refused)) throw error;
  }
  const changed = await stopOrphan(services, found);
  return toReceipt(await readSubtree(services, found), changed ? 'now' : mode, changed);
}

/**
 * Its starter is over: a task that was kept when its session closed, or one whose starter was ended from outside. False
 * when it has ended meanwhile, and not by a stop that its starter had passed on in its last moments.
 */
async function stopOrphan({ gateway, store, clock }: Services, { id, record }: FoundTask): Promise<boolean> {
  const { workspace, session } = id;
  const readEnd = async (): Promise<TaskStatus | null> => {
    const status = (await store.tasks.get({ workspace, session, task: record.id }))?.status ?? 'failed';
    return isTerminal(status) ? status : null;
  };
  const ended = await readEnd();
  if (ended !== null) return ended === 'cancelled';
  await endOrphan(store, gateway, record, clock());
  const end = Date.now() + ORPHAN_QUIET_WITHIN_MS;
  while ((await readEnd()) === null && Date.now() < end) await sleep(LOOK_EVERY_MS);
  return true;
}

function toReceipt(tasks: StoppedTask[], mode: StopMode, changed: boolean): Receipt {
  return { mode, changed, tasks, quiet: tasks.every(({ status }) => isTerminal(status)) };
}

/** The task and all below it, as they are now. */
async function readSubtree({ store, source }: Services, { id, record }: FoundTask): Promise<StoppedTask[]> {
  const { records, views } = await readTaskTree({ store }, source, { ...id, task: null }, null);
  const subtree = findSubtree(records, record.id);
  return records
    .filter((task) => subtree.includes(task.id))
    .map((task) => ({
      id: task.id,
      agent: task.agent,
      status: toStatus(task, views.get(task.id)),
      partial: task.partial,
    }));
}
