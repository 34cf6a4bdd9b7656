/** Stopping a task: it is `cancelling` until it is quiet, and what it says at its end is the truth. */
import { isTerminal } from '../protocol/task.ts';
import type { Receipt } from '../protocol/task.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';
import { endTask } from './finish-task.ts';
import type { TurnPorts } from './ports.ts';

type StopPorts = Pick<TurnPorts, 'record' | 'now' | 'launchTasks' | 'cancelTask'>;

/** Begins to stop it; false when there was nothing to stop. */
export function requestStop(state: ConversationState, ports: StopPorts, task: TaskRecord): boolean {
  if (isTerminal(task.status) || task.status === 'cancelling') return false;
  if (task.launch === 'unopened' || task.launch === 'opened') {
    const isOpened = task.launch === 'opened';
    endTask(state, ports, { task: task.id, status: 'cancelled', error: null });
    // One whose text is still on its way to the store gets its end there behind it.
    if (isOpened) ports.cancelTask(task.id);
    return true;
  }
  ports.record({ type: 'task.cancelling', task: task.id });
  ports.cancelTask(task.id);
  return true;
}

export function toReceipt(task: TaskRecord, changed: boolean): Receipt {
  const { id, agent, status, partial } = task;
  const tasks = [{ id, agent, status, partial }, ...task.stopped];
  return { mode: 'now', changed, tasks, quiet: isTerminal(status) };
}
