/** Stopping a task: it is `cancelling` until it is quiet, and what it says at its end is the truth. */
import { isTerminal } from '../protocol/task.ts';
import type { Receipt, StopMode } from '../protocol/task.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';
import { endTask } from './finish-task.ts';
import { giveOrder } from './give-order.ts';
import type { TurnPorts } from './ports.ts';

type StopPorts = Pick<TurnPorts, 'record' | 'now' | 'launchTasks' | 'deliverOrders' | 'storeStop'>;

/**
 * Begins to stop it; false when there was nothing to stop. One that wraps up can still be stopped now. `withinMs`: how
 * long a wrap-up may take, the team's time when left out.
 */
export function requestStop(
  state: ConversationState,
  ports: StopPorts,
  task: TaskRecord,
  { mode, withinMs }: { mode: StopMode; withinMs?: number } = { mode: 'now' },
): boolean {
  const isStopping = task.status === 'cancelling' && (task.stopMode === 'now' || mode === 'wrap_up');
  if (isTerminal(task.status) || isStopping) return false;
  if (task.launch === 'unopened' || task.launch === 'opened') {
    const isOpened = task.launch === 'opened';
    endTask(state, ports, { task: task.id, status: 'cancelled', error: null });
    // One whose text is still on its way to the store gets its end there behind it.
    if (isOpened) ports.storeStop(task.id);
    return true;
  }
  ports.record({ type: 'task.cancelling', task: task.id, mode });
  const within = withinMs ?? state.roster.limits.wrapUpTimeoutMs;
  giveOrder(state, ports, task, mode === 'now' ? { kind: 'stop' } : { kind: 'wrap_up', withinMs: within });
  return true;
}

/** Whether it can finish without its starter: nobody could start it any more, or let it go on. */
export function mayBeKept({ status, launch }: TaskRecord): boolean {
  return launch === 'starting' ? status !== 'paused' : launch === 'started' && status === 'running';
}

export function toReceipt(task: TaskRecord, changed: boolean, mode: StopMode = 'now'): Receipt {
  const { id, agent, status, partial } = task;
  const tasks = [{ id, agent, status, partial }, ...task.stopped];
  return { mode: task.stopMode ?? mode, changed, tasks, quiet: isTerminal(status) };
}
