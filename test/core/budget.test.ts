import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { budgetWords, findShortage, findWarning } from '../../core/budget.ts';
import type { BudgetAccount } from '../../core/budget.ts';
import { BUDGET_UNITS } from '../../protocol/budget.ts';
import type { BudgetAmounts, BudgetLimits } from '../../protocol/budget.ts';

const NOTHING: BudgetAmounts = { tokens: 0, costUsd: 0, seconds: 0 };

function makeAccount(limits: BudgetLimits, change: Partial<BudgetAccount> = {}): BudgetAccount {
  return { scope: 'tree', limits, used: NOTHING, reserved: NOTHING, ...change };
}

const tokens = (amount: number): BudgetAmounts => ({ ...NOTHING, tokens: amount });

/** A call of one of several tasks: what it is likely to need, and what it then uses. */
interface Call {
  task: number;
  likely: number;
  /** Of what is likely. */
  share: number;
  /** Whether the oldest call that runs ends before it. */
  endsOther: boolean;
}

const callOf = fc.record<Call>({
  task: fc.nat({ max: 9 }),
  likely: fc.integer({ min: 1, max: 400 }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  endsOther: fc.boolean(),
});

/** Makes the calls against one budget as the ledger does; gives what was spent, and the most that was promised. */
function spend(limit: number, calls: Call[], knowsFirst: boolean): { used: number; promised: number } {
  let used = 0;
  let promised = 0;
  const begun = new Set<number>();
  const running: { likely: number; uses: number }[] = [];
  const reserved = (): number => running.reduce((sum, { likely }) => sum + likely, 0);
  const end = (): void => void (used += running.shift()?.uses ?? 0);
  for (const { task, likely, share, endsOther } of calls) {
    if (endsOther) end();
    const account = makeAccount({ tokens: limit }, { used: tokens(used), reserved: tokens(reserved()) });
    if (findShortage([account], tokens(likely), knowsFirst && !begun.has(task)) !== null) continue;
    begun.add(task);
    running.push({ likely, uses: Math.floor(likely * share) });
    promised = Math.max(promised, used + reserved());
  }
  while (running.length > 0) end();
  return { used, promised };
}

describe('a budget that parallel calls draw on', () => {
  it('is never overdrawn, nor promised beyond its limit, in whatever order calls begin and end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.array(callOf, { maxLength: 60 }), (limit, calls) => {
        const { used, promised } = spend(limit, calls, false);
        expect(promised).toBeLessThanOrEqual(limit);
        expect(used).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('is overdrawn by one call at most, the first one of a task', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.array(callOf, { maxLength: 60 }), (limit, calls) => {
        const largest = Math.max(0, ...calls.map(({ likely }) => likely));
        expect(spend(limit, calls, true).promised).toBeLessThan(limit + largest + (limit === 0 ? 1 : 0));
        if (limit === 0) expect(spend(limit, calls, true).used).toBe(0);
      }),
    );
  });

  it('refuses for good exactly what it could not pay if no other call ran', () => {
    const amount = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(amount, amount, amount, amount, fc.boolean(), (limit, used, others, likely, isFirst) => {
        const account = makeAccount({ tokens: limit }, { used: tokens(used), reserved: tokens(others) });
        const alone = findShortage([{ ...account, reserved: NOTHING }], tokens(likely), isFirst);
        const shortage = findShortage([account], tokens(likely), isFirst);
        if (alone !== null) expect(shortage).toEqual(alone);
        expect(alone?.mayPass ?? false).toBe(false);
        if (shortage !== null && alone === null) expect(shortage.mayPass).toBe(true);
      }),
    );
  });
});

describe('several budgets of one call', () => {
  it('all have to pay; the one that is short for good is told first', () => {
    const tree = makeAccount({ tokens: 100 }, { reserved: tokens(80) });
    const own = makeAccount({ costUsd: 1 }, { scope: 'task', used: { ...NOTHING, costUsd: 0.9 } });
    const likely = { tokens: 50, costUsd: 0.2, seconds: 0 };
    expect(findShortage([tree, own], likely, false)).toEqual({
      use: { scope: 'task', unit: 'costUsd', used: 0.9, limit: 1 },
      mayPass: false,
    });
    expect(findShortage([tree], likely, false)).toMatchObject({ mayPass: true, use: { scope: 'tree' } });
    expect(findShortage([makeAccount({})], likely, false)).toBeNull();
  });

  it('warn from 80 % on, of the one that is nearest to its end', () => {
    const tree = makeAccount({ tokens: 100, seconds: 10 }, { used: { tokens: 79, costUsd: 5, seconds: 8 } });
    expect(findWarning([tree])).toEqual({ scope: 'tree', unit: 'seconds', used: 8, limit: 10 });
    const own = makeAccount({ tokens: 80 }, { scope: 'task', used: tokens(79) });
    expect(findWarning([tree, own])).toMatchObject({ scope: 'task', unit: 'tokens' });
    expect(findWarning([makeAccount({ tokens: 100 }, { used: tokens(79) })])).toBeNull();
  });

  it('are told in words that name the amount, the unit and whose they are', () => {
    const words = BUDGET_UNITS.map((unit) => budgetWords({ scope: 'task', unit, used: 0.5, limit: 2 }));
    expect(words).toEqual([
      '1 tokens of the 2 tokens of this task',
      '0.5000 US dollars of the 2.00 US dollars of this task',
      '1 seconds of model time of the 2 seconds of model time of this task',
    ]);
  });
});
