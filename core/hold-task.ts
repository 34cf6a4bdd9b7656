/**
 * Tasks that stand still: they do no step, leave their place to others, and go on when there is room for them. A task
 * that waits for something else from outside than its resumption goes on in the same way.
 */
import type { ConversationState, TaskRecord } from './conversation-state.ts';
import { giveOrder } from './give-order.ts';
import type { TurnPorts } from './ports.ts';
import { roomToRun } from './start-task.ts';
import { waitsFor } from './waits-for.ts';

type HoldPorts = Pick<TurnPorts, 'record' | 'deliverOrders' | 'launchTasks'>;

/** False when there is nothing to pause: it stands still already, or it ends. */
export function pauseTask(state: ConversationState, ports: HoldPorts, task: TaskRecord): boolean {
  const holdsAlready =
    task.status === 'waiting_input' ||
    // One that queues to go on has not been told to.
    (task.status === 'queued' && task.launch === 'started');
  if (task.status !== 'running' && task.status !== 'queued' && !holdsAlready) return false;
  const isKnownToNobody = task.launch === 'unopened' || task.launch === 'opened';
  ports.record({ type: 'task.paused', task: task.id });
  if (!holdsAlready && !isKnownToNobody) giveOrder(state, ports, task, { kind: 'pause' });
  ports.launchTasks();
  return true;
}

/** False when it is not paused. One that has not got yet what it waits for waits on. */
export function resumeTask(state: ConversationState, ports: HoldPorts, task: TaskRecord): boolean {
  if (task.status !== 'paused') return false;
  if (waitsFor(task) === null) continueTask(state, ports, task);
  else ports.record({ type: 'task.resumed', task: task.id, status: 'waiting_input' });
  return true;
}

/** What stood still goes on, or queues for its place. */
export function continueTask(state: ConversationState, ports: HoldPorts, task: TaskRecord): void {
  // One whose start is under way has its place already.
  const hasPlace = task.launch === 'starting' || (task.launch === 'started' && roomToRun(state) > 0);
  if (hasPlace) goOn(state, ports, task);
  else ports.record({ type: 'task.resumed', task: task.id, status: 'queued' });
  ports.launchTasks();
}

/** To be called when there is room for a task that had started and queues. */
export function goOn(
  state: ConversationState,
  ports: Pick<HoldPorts, 'record' | 'deliverOrders'>,
  task: TaskRecord,
): void {
  ports.record({ type: 'task.resumed', task: task.id, status: 'running' });
  giveOrder(state, ports, task, { kind: 'resume' });
}
