/** How the hooks before and after sessions went, and what they leave with the session. */
import type { Kysely } from 'kysely';
import type { HookRecord } from '../protocol/hook-runs.ts';
import type { HookName } from '../protocol/hooks.ts';
import { inTransaction } from './in-transaction.ts';
import { toNullableJson } from './json-text.ts';
import type { Database } from './tables.ts';

interface SessionKey {
  workspace: string;
  session: string;
}

const COLUMNS = [
  'phase',
  'position',
  'kind',
  'name',
  'status',
  'task',
  'error',
  'usage',
  'started_at as startedAt',
  'ended_at as endedAt',
] as const;

export class HookStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** Keeps that it runs. Repeating it changes nothing; neither does a session that was deleted. */
  async open(
    { workspace, session }: SessionKey,
    hook: HookName & Pick<HookRecord, 'task' | 'startedAt'>,
  ): Promise<void> {
    const { phase, position, kind, name, task, startedAt } = hook;
    await inTransaction(this.#db, async (transaction) => {
      const there = await transaction
        .selectFrom('sessions')
        .select('id')
        .where('workspace', '=', workspace)
        .where('id', '=', session)
        .forKeyShare()
        .executeTakeFirst();
      if (there === undefined) return;
      await transaction
        .insertInto('hooks')
        .values({
          ...{ workspace, session, phase, position, kind, name, task },
          status: 'running',
          started_at: startedAt,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    });
  }

  /** Keeps its end, once; with `analysis`, that of the session too. */
  async close(
    { workspace, session }: SessionKey,
    { phase, position }: HookName,
    end: Pick<HookRecord, 'status' | 'error' | 'usage' | 'endedAt'> & { analysis?: unknown },
  ): Promise<void> {
    await inTransaction(this.#db, async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('hooks')
        .set({
          status: end.status,
          error: toNullableJson(end.error),
          usage: toNullableJson(end.usage),
          ended_at: end.endedAt,
        })
        .where((eb) => eb.and({ workspace, session, phase, position, status: 'running' }))
        .executeTakeFirst();
      if (numUpdatedRows === 0n || end.analysis === undefined) return;
      await transaction
        .updateTable('sessions')
        .set({ analysis: toNullableJson(end.analysis) })
        .where('workspace', '=', workspace)
        .where('id', '=', session)
        .execute();
    });
  }

  async list({ workspace, session }: SessionKey): Promise<HookRecord[]> {
    return this.#db
      .selectFrom('hooks')
      .select(COLUMNS)
      .where((eb) => eb.and({ workspace, session }))
      .orderBy('started_at')
      .orderBy('phase', 'desc')
      .orderBy('position')
      .execute();
  }
}
