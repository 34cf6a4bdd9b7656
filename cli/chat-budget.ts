/** Budgets as a person reads and sets them in a chat. */
import { budgetWords } from '../core/budget.ts';
import type { Usage } from '../protocol/content.ts';
import type { EventResource } from '../protocol/schemas/event.ts';
import type { ExtendBudgetBody } from '../protocol/schemas/requests.ts';
import type { BudgetResource } from '../protocol/schemas/resources.ts';

export type BudgetEvent = Extract<EventResource, { type: `budget.${string}` }>;

export function isBudgetEvent(event: { type: string }): event is BudgetEvent {
  return event.type.startsWith('budget.');
}

/** The units as team files name them. */
const UNITS = { tokens: 'tokens', cost_usd: 'costUsd', seconds: 'seconds' } as const;
const NAMES = Object.keys(UNITS) as (keyof typeof UNITS)[];
const FORM = NAMES.map((name) => `${name}=N`).join(' ');

/** `agent`, `id`: of the task that the event is about. */
export function tellBudgetEvent(event: BudgetEvent, { agent, id }: { agent: string; id: string }): string[] {
  switch (event.type) {
    case 'budget.warned':
      return event.task === null ? [`! ${budgetWords(event)} are used`] : [];
    case 'budget.exhausted': {
      // Who does not ask ends with words of its own.
      if (!event.asks) return [];
      const unit = NAMES.find((name) => UNITS[name] === event.unit);
      const more = event.scope === 'tree' ? `/budget ${unit}=…` : `/extend ${id} ${unit}=…`;
      return [
        `? ${agent} waits for a larger budget: it has used ${budgetWords(event)}`,
        `  (give a new limit: ${more}, or stop it: /stop ${id})`,
      ];
    }
    case 'budget.extended': {
      const whose = event.task === null ? 'this session with all its tasks' : agent;
      const by = event.by === null ? '' : ` (set by ${event.by})`;
      return [`· the budget of ${whose} is now ${limitWords(event)}${by}`];
    }
  }
}

type Limits = Record<(typeof UNITS)[keyof typeof UNITS], number | null>;

function limitWords(limits: Limits): string {
  return NAMES.flatMap((name) => {
    const limit = limits[UNITS[name]];
    return limit === null ? [] : [`${name}=${limit}`];
  }).join(' ');
}

/** `tokens=5000 seconds=60`; a text: what is wrong with it. */
export function readLimits(words: readonly string[]): ExtendBudgetBody | string {
  const limits: ExtendBudgetBody = {};
  for (const word of words) {
    const [name = '', value = ''] = word.split('=');
    const unit = NAMES.find((known) => known === name);
    const limit = Number(value);
    if (unit === undefined || value === '' || !(limit >= 0)) return `${word} is not one of ${FORM}.`;
    limits[UNITS[unit]] = limit;
  }
  return words.length === 0 ? `give at least one of ${FORM}: the new limit.` : limits;
}

export function describeBudget(budget: BudgetResource): string[] {
  const units = NAMES.flatMap((name) => {
    const { used, limit } = budget[UNITS[name]];
    return limit === null ? [] : [`Budget, ${name}: ${roundAmount(used)} of ${limit} used`];
  });
  const changes = budget.extensions.map(
    ({ by, at, ...limits }) => `  set to ${limitWords(limits)} by ${by} at ${at}`,
  );
  return [...units, ...changes];
}

export function describeUsage({ modelCalls, inputTokens, outputTokens, costUsd }: Usage): string {
  const cost = costUsd === null ? 'cost not known' : `${roundAmount(costUsd)} US dollars`;
  return `Used: ${modelCalls} model calls, ${inputTokens ?? '?'} tokens in, ${outputTokens ?? '?'} out, ${cost}`;
}

const roundAmount = (amount: number): number => Math.round(amount * 10_000) / 10_000;
