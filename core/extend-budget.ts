/** Tasks that wait for a larger budget, as their starter knows them. */
import type { BUDGET_UNITS } from '../protocol/budget.ts';
import type { BudgetLimits, BudgetUse } from '../protocol/budget.ts';
import type { BudgetExtension } from '../protocol/session-messages.ts';
import { findTask } from './conversation-state.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';
import { continueTask } from './hold-task.ts';
import type { TurnPorts } from './ports.ts';

type BudgetPorts = Pick<TurnPorts, 'record' | 'deliverOrders' | 'launchTasks'>;

/** A task stands still for want of budget. One that is paused or stopped meanwhile asks again when it goes on. */
export function parkTask(state: ConversationState, ports: BudgetPorts, id: string, use: BudgetUse): void {
  const task = findTask(state, id);
  if (task?.status !== 'running') return;
  ports.record({ type: 'budget.exhausted', task: id, asks: true, ...use });
  const extendedTo = use.scope === 'tree' ? state.treeExtendedTo : task.extendedTo;
  // The extension may have come before the task could say that it waits.
  if ((extendedTo?.[use.unit] ?? use.limit) > use.limit) continueTask(state, ports, task);
  ports.launchTasks();
}

/** The limits are in the ledger already; here those who wait for them go on. Gives their ids. */
export function extendBudget(
  state: ConversationState,
  ports: BudgetPorts,
  { task, limits }: BudgetExtension,
): string[] {
  ports.record({ type: 'budget.extended', task, ...withNulls(limits) });
  const waiting = state.tasks.filter((record) => waitsFor(record, task));
  for (const record of waiting) continueTask(state, ports, record);
  return waiting.map(({ id }) => id);
}

function waitsFor({ id, status, shortage }: TaskRecord, task: string | null): boolean {
  if (status !== 'waiting_input' || shortage === null) return false;
  return task === null ? shortage.scope === 'tree' : shortage.scope === 'task' && id === task;
}

function withNulls(limits: BudgetLimits): Record<(typeof BUDGET_UNITS)[number], number | null> {
  const { tokens = null, costUsd = null, seconds = null } = limits;
  return { tokens, costUsd, seconds };
}
