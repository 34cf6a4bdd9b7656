import type { Kysely } from 'kysely';
import { choosePlaces } from '../core/tree-places.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './tables.ts';

/**
 * Marks as many of these tasks as running as the tree has room for, one caller after the other; gives those that run.
 * Null: none may, and one of them still waits.
 */
export async function takePlaces(
  db: Kysely<Database>,
  {
    workspace,
    session,
    tasks,
    limit,
  }: { workspace: string; session: string; tasks: string[]; limit: number },
  now: number,
): Promise<string[] | null> {
  return inTransaction(db, async (transaction) => {
    await transaction
      .selectFrom('sessions')
      .select('id')
      .where((eb) => eb.and({ workspace, id: session }))
      .forUpdate()
      .execute();
    const open = await transaction
      .selectFrom('tasks')
      .select(['id', 'starter', 'status'])
      .where((eb) => eb.and({ workspace, session }))
      .where('ended_at', 'is', null)
      .execute();
    const placed = choosePlaces(open, tasks, limit);
    if (placed.length === 0) return open.some(({ id }) => tasks.includes(id)) ? null : [];
    await transaction
      .updateTable('tasks')
      .set({ status: 'running', started_at: now })
      .where((eb) => eb.and({ workspace, session, status: 'queued' }))
      .where('id', 'in', placed)
      .execute();
    return placed;
  });
}
