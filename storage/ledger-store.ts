/**
 * What trees and tasks may spend and have spent, and what the calls that run are likely to spend. A reservation is
 * made and settled under the lock of its budgets, so calls that begin together in several processes cannot take the
 * same rest twice. Each conversation makes one model call at a time, and has one reservation at most.
 */
import type { Kysely, Transaction } from 'kysely';
import { findShortage, findWarning } from '../core/budget.ts';
import type { BudgetAccount, Shortage } from '../core/budget.ts';
import type { BudgetAmounts, BudgetLimits, BudgetScope, BudgetUse } from '../protocol/budget.ts';
import { tidyAmount } from '../protocol/content.ts';
import type { ConversationId } from '../protocol/ids.ts';
import { toConversationKey } from './conversation-key.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './tables.ts';

/** A model call of a conversation, and the limits with which its budgets begin. */
export interface LedgerCall {
  turn: number;
  step: number;
  budgets: Partial<Record<BudgetScope, BudgetLimits>>;
  /** Milliseconds since 1970. */
  now: number;
}

export interface CallToReserve extends LedgerCall {
  tokens: number;
  costUsd: number;
  isFirst: boolean;
  /** When nobody can be at this call any more: what died with its worker is not kept for ever. */
  expiresAt: number;
}

/** New limits of a budget: who set them, with which request, when (milliseconds since 1970). */
export interface LedgerExtension {
  request: string;
  by: string;
  at: number;
  limits: BudgetLimits;
}

export class LedgerStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** Null: it is reserved, once however often it is asked. Otherwise why not, and nothing is reserved. */
  async reserve(conversation: ConversationId, call: CallToReserve): Promise<Shortage | null> {
    const { turn, step, tokens, costUsd, now } = call;
    const key = toConversationKey(conversation);
    return inTransaction(this.#db, async (transaction) => {
      const accounts = await lockAccounts(transaction, conversation, call);
      const likely = { tokens, costUsd, seconds: 0 };
      const shortage = findShortage(accounts, likely, call.isFirst);
      await transaction
        .deleteFrom('reservations')
        .where((eb) => eb.and(key))
        // An earlier step's call is over, however it ended. That of this step is kept: it began when it says.
        .where((eb) =>
          shortage === null ? eb.or([eb('turn', '<>', turn), eb('step', '<>', step)]) : eb.lit(true),
        )
        .execute();
      if (shortage !== null) return shortage;
      const values = { tokens, cost: costUsd, expires_at: call.expiresAt };
      await transaction
        .insertInto('reservations')
        .values({ ...key, turn, step, at: now, ...values })
        .onConflict((conflict) => conflict.columns(['workspace', 'session', 'task']).doUpdateSet(values))
        .execute();
      return null;
    });
  }

  /**
   * Charges the call, once: nothing happens where it is not reserved. `used` is what is known of it; for the rest the
   * reservation stands. Gives the budget that is near its end.
   */
  async settle(
    conversation: ConversationId,
    call: LedgerCall,
    used: { tokens: number | null; costUsd: number | null },
  ): Promise<BudgetUse | null> {
    return inTransaction(this.#db, async (transaction) => {
      const accounts = await lockAccounts(transaction, conversation, call);
      const reserved = await transaction
        .deleteFrom('reservations')
        .where((eb) => eb.and({ ...toConversationKey(conversation), turn: call.turn, step: call.step }))
        .returning(['tokens', 'cost', 'at'])
        .executeTakeFirst();
      if (reserved === undefined) return findWarning(accounts);
      const spent = {
        tokens: used.tokens ?? reserved.tokens,
        costUsd: used.costUsd ?? reserved.cost,
        seconds: Math.max(0, call.now - reserved.at) / 1000,
      };
      await charge(transaction, conversation, call, spent);
      return findWarning(accounts.map((account) => ({ ...account, used: add(account.used, spent) })));
    });
  }

  /** The call was not made, or failed: it costs nothing. */
  async release(
    conversation: ConversationId,
    { turn, step }: Pick<LedgerCall, 'turn' | 'step'>,
  ): Promise<void> {
    await this.#db
      .deleteFrom('reservations')
      .where((eb) => eb.and({ ...toConversationKey(conversation), turn, step }))
      .execute();
  }

  /**
   * Sets limits of the tree (`task: null`) or of a task; those that are left out stay, and are `begin` where it has none
   * yet. A request that comes again changes nothing.
   */
  async extend(id: ConversationId, begin: BudgetLimits, extension: LedgerExtension): Promise<void> {
    const key = toConversationKey(id);
    const { request, by: principal, at, limits } = extension;
    const columns = toColumns(limits);
    const changed = Object.entries(columns).filter(([, value]) => value !== null);
    await inTransaction(this.#db, async (transaction) => {
      await transaction
        .insertInto('budgets')
        .values({ ...key, ...toColumns(begin) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('budget_extensions')
        .values({ ...key, request, principal, at, ...columns })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (changed.length === 0 || numInsertedOrUpdatedRows === 0n) return;
      await transaction
        .updateTable('budgets')
        .set(Object.fromEntries(changed))
        .where((eb) => eb.and(key))
        .execute();
    });
  }

  /** Null where nothing was spent and nothing was set yet. */
  async read(
    id: ConversationId,
  ): Promise<{ limits: BudgetLimits; used: BudgetAmounts; extensions: LedgerExtension[] } | null> {
    const row = await this.#db
      .selectFrom('budgets')
      .selectAll()
      .where((eb) => eb.and(toConversationKey(id)))
      .executeTakeFirst();
    if (row === undefined) return null;
    return { limits: toLimits(row), used: toUsed(row), extensions: await this.#readExtensions(id) };
  }

  async #readExtensions(id: ConversationId): Promise<LedgerExtension[]> {
    const rows = await this.#db
      .selectFrom('budget_extensions')
      .selectAll()
      .where((eb) => eb.and(toConversationKey(id)))
      .orderBy('at')
      .orderBy('request')
      .execute();
    return rows.map(({ request, principal: by, at, ...row }) => ({ request, by, at, limits: toLimits(row) }));
  }
}

/** The accounts that the call is charged to, locked until the transaction ends; the tree's first, so nobody waits in a ring. */
async function lockAccounts(
  transaction: Transaction<Database>,
  conversation: ConversationId,
  { budgets, now }: LedgerCall,
): Promise<BudgetAccount[]> {
  const { workspace, session, task } = conversation;
  const wanted = toAccountKeys(conversation, budgets);
  // The session first, as its removal does.
  await transaction
    .selectFrom('sessions')
    .select('id')
    .where((eb) => eb.and({ workspace, id: session }))
    .forKeyShare()
    .execute();
  await transaction
    .insertInto('budgets')
    .values(wanted.map(({ key, limits }) => ({ workspace, session, task: key, ...toColumns(limits) })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const rows = await transaction
    .selectFrom('budgets')
    .selectAll()
    .where((eb) => eb.and({ workspace, session }))
    .where(
      'task',
      'in',
      wanted.map(({ key }) => key),
    )
    .orderBy('task')
    .forUpdate()
    .execute();
  const others = await transaction
    .selectFrom('reservations')
    .select(['tokens', 'cost', 'at'])
    .where((eb) => eb.and({ workspace, session }))
    .where('task', '<>', task ?? '')
    .where('expires_at', '>', now)
    .execute();
  const reserved = others.reduce(
    (sum, { tokens, cost, at }) => add(sum, { tokens, costUsd: cost, seconds: Math.max(0, now - at) / 1000 }),
    NOTHING,
  );
  return rows.map((row) => {
    const scope = row.task === '' ? 'tree' : 'task';
    // A task's own budget is charged by its own calls alone, and they come one after another.
    return {
      scope,
      limits: toLimits(row),
      used: toUsed(row),
      reserved: scope === 'tree' ? reserved : NOTHING,
    };
  });
}

async function charge(
  transaction: Transaction<Database>,
  conversation: ConversationId,
  { budgets }: LedgerCall,
  spent: BudgetAmounts,
): Promise<void> {
  const { workspace, session } = conversation;
  await transaction
    .updateTable('budgets')
    .set((eb) => ({
      tokens_used: eb('tokens_used', '+', spent.tokens),
      cost_used: eb('cost_used', '+', spent.costUsd),
      seconds_used: eb('seconds_used', '+', spent.seconds),
    }))
    .where((eb) => eb.and({ workspace, session }))
    .where(
      'task',
      'in',
      toAccountKeys(conversation, budgets).map(({ key }) => key),
    )
    .execute();
}

function toAccountKeys(
  { task }: ConversationId,
  budgets: LedgerCall['budgets'],
): { key: string; limits: BudgetLimits }[] {
  const tree = budgets.tree === undefined ? [] : [{ key: '', limits: budgets.tree }];
  const own = budgets.task === undefined || task === null ? [] : [{ key: task, limits: budgets.task }];
  return [...tree, ...own];
}

const NOTHING: BudgetAmounts = { tokens: 0, costUsd: 0, seconds: 0 };

function add(a: BudgetAmounts, b: BudgetAmounts): BudgetAmounts {
  return { tokens: a.tokens + b.tokens, costUsd: a.costUsd + b.costUsd, seconds: a.seconds + b.seconds };
}

function toColumns({ tokens, costUsd, seconds }: BudgetLimits) {
  return { tokens_limit: tokens ?? null, cost_limit: costUsd ?? null, seconds_limit: seconds ?? null };
}

function toLimits(row: ReturnType<typeof toColumns>): BudgetLimits {
  return {
    ...(row.tokens_limit === null ? {} : { tokens: row.tokens_limit }),
    ...(row.cost_limit === null ? {} : { costUsd: row.cost_limit }),
    ...(row.seconds_limit === null ? {} : { seconds: row.seconds_limit }),
  };
}

function toUsed(row: { tokens_used: number; cost_used: number; seconds_used: number }): BudgetAmounts {
  return {
    tokens: row.tokens_used,
    costUsd: tidyAmount(row.cost_used),
    seconds: tidyAmount(row.seconds_used),
  };
}
