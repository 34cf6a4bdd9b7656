/** What a tree of tasks, or one task, may spend. Spec: background-agents.md, "Budgets". */

/** A limit that is left out is none; 0 allows nothing. */
export interface BudgetLimits {
  /** Input and output, cached ones too. */
  tokens?: number;
  costUsd?: number;
  /** Time in which models work: parallel calls count each, waiting does not. */
  seconds?: number;
}

export interface Budget extends BudgetLimits {
  /** Whether a task asks for more when it is used up, or ends. */
  onExhausted: 'ask' | 'stop';
}

export const BUDGET_UNITS = ['tokens', 'costUsd', 'seconds'] as const;
export type BudgetUnit = (typeof BUDGET_UNITS)[number];
export type BudgetAmounts = Record<BudgetUnit, number>;

/** Of the whole tree (`limits.budget`), or of one task (`budget` of its agent). */
export type BudgetScope = 'tree' | 'task';

/** How far a budget is used, in the unit that comes to its end first. */
export interface BudgetUse {
  scope: BudgetScope;
  unit: BudgetUnit;
  used: number;
  limit: number;
}

/** What a model call tells its workflow: that the end is near, or that the call was not made. */
export type BudgetNotice =
  | ({ state: 'warned' } & BudgetUse)
  | ({ state: 'exhausted'; onExhausted: Budget['onExhausted'] } & BudgetUse);
