import type { Kysely, Migration } from 'kysely';

/** Which budget a task waits for, and who set which limits when. */
export const budgetExtensions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('tasks').addColumn('shortage', 'json').execute();
    await db.schema
      .createTable('budget_extensions')
      .addColumn('workspace', 'text', (column) => column.notNull())
      .addColumn('session', 'text', (column) => column.notNull())
      .addColumn('task', 'text', (column) => column.notNull())
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('principal', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('tokens_limit', 'double precision')
      .addColumn('cost_limit', 'double precision')
      .addColumn('seconds_limit', 'double precision')
      .addPrimaryKeyConstraint('budget_extensions_key', ['workspace', 'session', 'task', 'request'])
      .addForeignKeyConstraint(
        'budget_extensions_session',
        ['workspace', 'session'],
        'sessions',
        ['workspace', 'id'],
        (constraint) => constraint.onDelete('cascade'),
      )
      .execute();
  },
};
