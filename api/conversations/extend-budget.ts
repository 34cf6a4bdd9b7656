/** New limits of budgets: they are in the ledger first, then those who wait for them are told. */
import { BUDGET_UNITS } from '../../protocol/budget.ts';
import type { BudgetAmounts, BudgetLimits } from '../../protocol/budget.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import type { BudgetResource, ExtendedBudgetResource } from '../../protocol/schemas/resources.ts';
import { isTerminal } from '../../protocol/task.ts';
import type { Store } from '../../storage/store.ts';
import { WorkflowGone } from '../gateway/failures.ts';
import { Problem } from '../http/problem.ts';
import type { LedgerExtension } from '../../storage/ledger-store.ts';
import type { Services } from '../services.ts';
import type { FoundSession, FoundTask } from './find-conversation.ts';
import { toIsoTime } from './render-message.ts';

/** Beyond every offset: asks for the view alone. */
const NO_EVENTS = Number.MAX_SAFE_INTEGER;

/** By whom, and the id of the request: one that comes again changes nothing. */
export interface AskedExtension {
  limits: BudgetLimits;
  by: string;
  request: string;
}

/** Of the budget that the task waits for, which may be that of its tree; else of its own. */
export async function extendTaskBudget(
  services: Services,
  found: FoundTask,
  asked: AskedExtension,
): Promise<ExtendedBudgetResource> {
  const { store, source } = services;
  const { id, starter, record, session } = found;
  if (isTerminal(record.status)) throw new Problem('task-finished', `task ${record.id} has ended`);
  const view = (await source.readWorkflow(starter, NO_EVENTS))?.view.tasks.find(
    (task) => task.id === record.id,
  );
  if (view?.shortage?.scope === 'tree') {
    return extendTreeBudget(services, { id: { ...id, task: null }, record: session }, asked);
  }
  const team = await store.teams.get(id.workspace, session.team.version);
  const budget = team?.agents[record.agent]?.budget;
  if (budget === undefined) throw withoutBudget(`agent "${record.agent}" has no budget of its own`);
  await store.ledger.extend(id, budget, { ...asked, at: services.clock() });
  const tasks = await tellStarter(services, starter, record.id, asked);
  return { scope: 'task', ...(await requireBudget(store, id)), tasks };
}

/** Every conversation of the tree that has started tasks is told: any of them may have some that wait. */
export async function extendTreeBudget(
  services: Services,
  { id, record }: FoundSession,
  asked: AskedExtension,
): Promise<ExtendedBudgetResource> {
  const { store } = services;
  if (record.closedAt !== null) throw new Problem('session-closed', `session ${record.id} is closed`);
  const team = await store.teams.get(id.workspace, record.team.version);
  const budget = team?.limits.budget;
  if (budget === undefined) throw withoutBudget('the team has no limits.budget');
  await store.ledger.extend(id, budget, { ...asked, at: services.clock() });
  const tasks = await store.tasks.listBySession(id.workspace, id.session);
  const starters = new Set(tasks.filter(({ status }) => !isTerminal(status)).map(({ starter }) => starter));
  const told = [...starters.add(null)].map((task) => tellStarter(services, { ...id, task }, null, asked));
  return { scope: 'tree', ...(await requireBudget(store, id)), tasks: (await Promise.all(told)).flat() };
}

/** Null where nothing of it was spent or set yet, or there is none. */
export async function readBudget(store: Store, id: ConversationId): Promise<BudgetResource | null> {
  const account = await store.ledger.read(id);
  return account === null ? null : renderBudget(account);
}

async function requireBudget(store: Store, id: ConversationId): Promise<BudgetResource> {
  const budget = await readBudget(store, id);
  if (budget === null) throw new Error('a budget that was set is not there');
  return budget;
}

function renderBudget({
  limits,
  used,
  extensions,
}: {
  limits: BudgetLimits;
  used: BudgetAmounts;
  extensions: LedgerExtension[];
}): BudgetResource {
  const units = BUDGET_UNITS.map(
    (unit) => [unit, { used: used[unit], limit: limits[unit] ?? null }] as const,
  );
  return {
    ...(Object.fromEntries(units) as Pick<BudgetResource, (typeof BUDGET_UNITS)[number]>),
    extensions: extensions.map(({ by, at, limits: { tokens = null, costUsd = null, seconds = null } }) => ({
      by,
      at: toIsoTime(at),
      ...{ tokens, costUsd, seconds },
    })),
  };
}

/** A starter that is over has nobody that waits. */
async function tellStarter(
  { gateway }: Services,
  starter: ConversationId,
  task: string | null,
  { request, ...extension }: AskedExtension,
): Promise<string[]> {
  try {
    return (await gateway.extendBudget(starter, { task, ...extension }, request)).tasks;
  } catch (error) {
    if (error instanceof WorkflowGone) return [];
    throw error;
  }
}

function withoutBudget(why: string): Problem {
  return new Problem('no-budget', `${why}: there is nothing to extend; a limit is set in the team file`);
}
