/** Tasks that wait for a larger budget, as their starter knows them. */
import type { BUDGET_UNITS } from '../protocol/budget.ts';
import type { BudgetLimits, BudgetUse } from '../protocol/budget.ts';
import type { BudgetExtension } from '../protocol/session-messages.ts';
import { isTerminal } from '../protocol/task.ts';
import { findTask } from './conversation-state.ts';
import type { ConversationState } from './conversation-state.ts';
import { tasksHelpedBy } from './fold-budget.ts';
import { giveOrder } from './give-order.ts';
import { continueTask } from './hold-task.ts';
import { requestStop } from './stop-task.ts';

type BudgetPorts = Parameters<typeof requestStop>[1];

/** A task stands still for want of budget. Told twice, or of one that is being stopped, it changes nothing. */
export function takeShortage(
  state: ConversationState,
  ports: BudgetPorts,
  { task: id, use }: { task: string; use: BudgetUse },
): void {
  const task = findTask(state, id);
  if (task === undefined || isTerminal(task.status) || task.status === 'cancelling') return;
  if (task.shortage !== undefined) return;
  if (state.status !== 'open') {
    // Nobody is left who could extend it.
    requestStop(state, ports, task);
    return;
  }
  const extendedTo = use.scope === 'tree' ? state.treeExtendedTo : task.extendedTo;
  if ((extendedTo?.[use.unit] ?? 0) > use.limit) {
    // The extension came before the task could say that it waits. One that is paused is told when it is resumed.
    if (task.status === 'running') giveOrder(state, ports, task, { kind: 'resume' });
    return;
  }
  ports.record({ type: 'budget.exhausted', task: id, asks: true, ...use });
  ports.launchTasks();
}

/** For a task whose starter is over: nobody is left who could extend it, so it ends with what it has. */
export function endForWantOfBudget(state: ConversationState, ports: BudgetPorts): void {
  const { task } = state.id;
  if (task === null || !state.holds.includes('budget')) return;
  ports.record({ type: 'task.cancelling', task, mode: 'wrap_up' });
  for (const child of state.tasks) requestStop(state, ports, child, { mode: 'wrap_up' });
}

/** The limits are in the ledger already; here those who wait for them go on. Gives their ids. */
export function extendBudget(
  state: ConversationState,
  ports: BudgetPorts,
  { task, limits, by = null }: BudgetExtension,
): string[] {
  const helped = tasksHelpedBy(state, task, limits);
  ports.record({ type: 'budget.extended', task, by, ...withNulls(limits) });
  // One that is paused goes on when it is resumed.
  const going = helped.filter(({ status }) => status === 'waiting_input');
  for (const record of going) continueTask(state, ports, record);
  return going.map(({ id }) => id);
}

function withNulls(limits: BudgetLimits): Record<(typeof BUDGET_UNITS)[number], number | null> {
  const { tokens = null, costUsd = null, seconds = null } = limits;
  return { tokens, costUsd, seconds };
}
