/** The rules of budgets: what fits, when the end is near, and how it is said. */
import { BUDGET_UNITS } from '../protocol/budget.ts';
import type { BudgetAmounts, BudgetLimits, BudgetScope, BudgetUnit, BudgetUse } from '../protocol/budget.ts';

/** Spec: "At 80 % the agent is told". */
const WARNED_FROM = 0.8;

export interface BudgetAccount {
  scope: BudgetScope;
  limits: BudgetLimits;
  used: BudgetAmounts;
  /** By other calls that run at this moment. */
  reserved: BudgetAmounts;
}

export interface Shortage {
  use: BudgetUse;
  /** It would fit if no other call ran: what they leave is known when they have ended. */
  mayPass: boolean;
}

/** Why a call that is likely to need so much is not made now; null where it is. */
export function findShortage(
  accounts: readonly BudgetAccount[],
  likely: BudgetAmounts,
  isFirst: boolean,
): Shortage | null {
  const shortages = accounts.flatMap((account) =>
    BUDGET_UNITS.flatMap((unit) => {
      const limit = account.limits[unit];
      if (limit === undefined) return [];
      // The first call of a task is made wherever anything is left.
      const fits = (left: number): boolean => left > 0 && (isFirst || likely[unit] <= left);
      const left = limit - account.used[unit];
      if (fits(left - account.reserved[unit])) return [];
      return [{ use: toUse(account, unit, limit), mayPass: fits(left) }];
    }),
  );
  return shortages.find(({ mayPass }) => !mayPass) ?? shortages[0] ?? null;
}

/** The budget that is nearest to its end, once 80 % of it are used. */
export function findWarning(accounts: readonly BudgetAccount[]): BudgetUse | null {
  const uses = accounts.flatMap((account) =>
    BUDGET_UNITS.flatMap((unit) => {
      const limit = account.limits[unit];
      return limit === undefined ? [] : [toUse(account, unit, limit)];
    }),
  );
  const near = uses.filter(({ used, limit }) => used >= WARNED_FROM * limit);
  return near.toSorted((a, b) => b.used / b.limit - a.used / a.limit)[0] ?? null;
}

function toUse({ scope, used }: BudgetAccount, unit: BudgetUnit, limit: number): BudgetUse {
  return { scope, unit, used: used[unit], limit };
}

/** The unit of which nothing at all is allowed. */
export function findZeroLimit(limits: BudgetLimits | undefined): BudgetUnit | null {
  return BUDGET_UNITS.find((unit) => limits?.[unit] === 0) ?? null;
}

export const BUDGET_UNIT_NAMES: Record<BudgetUnit, string> = {
  tokens: 'tokens',
  costUsd: 'US dollars',
  seconds: 'seconds',
};

const UNIT_WORDS: Record<BudgetUnit, (amount: number) => string> = {
  tokens: (amount) => `${Math.round(amount)} tokens`,
  costUsd: (amount) => `${amount.toFixed(amount < 1 ? 4 : 2)} US dollars`,
  seconds: (amount) => `${Math.round(amount)} seconds of model time`,
};

/** `950 tokens of the 1000 tokens of this task`. */
export function budgetWords({ scope, unit, used, limit }: BudgetUse): string {
  const whose = scope === 'tree' ? 'of this conversation with all its tasks' : 'of this task';
  return `${UNIT_WORDS[unit](used)} of the ${UNIT_WORDS[unit](limit)} ${whose}`;
}
