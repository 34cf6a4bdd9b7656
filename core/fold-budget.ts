/** What the events of budgets change: which task waits for more, and who was told that the end is near. */
import type { BudgetLimits, BudgetUse } from '../protocol/budget.ts';
import { BUDGET_UNITS } from '../protocol/budget.ts';
import type { ConversationEvent } from '../protocol/events.ts';
import { findTask } from './conversation-state.ts';
import { hold } from './fold-task.ts';
import type { ConversationState, TaskRecord } from './conversation-state.ts';
import { beginToWait, waitNoLonger } from './waits-for.ts';

type BudgetEvent = Extract<ConversationEvent, { type: `budget.${string}` }>;

export function foldBudgetEvent(state: ConversationState, event: BudgetEvent): void {
  switch (event.type) {
    case 'budget.warned':
      state.budgetWarned.push(event.scope);
      return;
    case 'budget.exhausted':
      if (event.task === state.id.task) foldOwnShortage(state, toUse(event), event.asks);
      else foldShortageOf(state, event.task ?? '', toUse(event));
      return;
    case 'budget.extended':
      foldExtension(state, event.task, toLimits(event));
  }
}

function foldOwnShortage(state: ConversationState, use: BudgetUse, asks: boolean): void {
  state.shortage = use;
  // A step whose model was not asked counts for no limit.
  state.agentSinceStep += 1;
  state.steps -= 1;
  if (!asks) return;
  state.untoldShortage = use;
  hold(state, 'budget');
}

function foldShortageOf(state: ConversationState, id: string, use: BudgetUse): void {
  const task = findTask(state, id);
  if (task === undefined) return;
  task.shortage = use;
  beginToWait(state, task);
}

function foldExtension(state: ConversationState, id: string | null, limits: BudgetLimits): void {
  const task = id === null ? undefined : findTask(state, id);
  if (task !== undefined) task.extendedTo = { ...task.extendedTo, ...limits };
  if (id === null) state.treeExtendedTo = { ...state.treeExtendedTo, ...limits };
  for (const waiting of tasksHelpedBy(state, id, limits)) waitNoLonger(state, waiting);
  // Whoever comes near the new end is told again.
  if (id === null || id === state.id.task) state.budgetWarned = [];
  if (id === null && state.id.task === null) state.shortage = null;
}

/** Those that wait for the budget of a task, or (null) of the tree, and find more in it with these limits. */
export function tasksHelpedBy(
  state: ConversationState,
  id: string | null,
  limits: BudgetLimits,
): TaskRecord[] {
  return state.tasks.filter((task) => {
    const { shortage } = task;
    if (shortage === undefined || (limits[shortage.unit] ?? 0) <= shortage.limit) return false;
    return id === null ? shortage.scope === 'tree' : shortage.scope === 'task' && task.id === id;
  });
}

function toUse({ scope, unit, used, limit }: BudgetUse): BudgetUse {
  return { scope, unit, used, limit };
}

function toLimits(event: Record<(typeof BUDGET_UNITS)[number], number | null>): BudgetLimits {
  const set = BUDGET_UNITS.flatMap((unit) => (event[unit] === null ? [] : [[unit, event[unit]] as const]));
  return Object.fromEntries(set);
}
