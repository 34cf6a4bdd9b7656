import type { CreateTableBuilder, Kysely, Migration } from 'kysely';

type AnyDatabase = Kysely<unknown>;

/** A table with one row for each conversation of a session (`task = ''` for the session's own), which goes with it. */
function createConversationTable(db: AnyDatabase, name: string): CreateTableBuilder<string, string> {
  return db.schema
    .createTable(name)
    .addColumn('workspace', 'text', (column) => column.notNull())
    .addColumn('session', 'text', (column) => column.notNull())
    .addColumn('task', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint(`${name}_key`, ['workspace', 'session', 'task'])
    .addForeignKeyConstraint(
      `${name}_session`,
      ['workspace', 'session'],
      'sessions',
      ['workspace', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    );
}

export const progressAndBudgets: Migration = {
  async up(db: AnyDatabase): Promise<void> {
    await db.schema
      .alterTable('tasks')
      .addColumn('progress', 'json')
      .addColumn('seated', 'boolean', (column) => column.notNull().defaultTo(false))
      .execute();
    await createConversationTable(db, 'budgets')
      .addColumn('tokens_limit', 'double precision')
      .addColumn('cost_limit', 'double precision')
      .addColumn('seconds_limit', 'double precision')
      .addColumn('tokens_used', 'double precision', (column) => column.notNull().defaultTo(0))
      .addColumn('cost_used', 'double precision', (column) => column.notNull().defaultTo(0))
      .addColumn('seconds_used', 'double precision', (column) => column.notNull().defaultTo(0))
      .execute();
    await createConversationTable(db, 'reservations')
      .addColumn('turn', 'integer', (column) => column.notNull())
      .addColumn('step', 'integer', (column) => column.notNull())
      .addColumn('tokens', 'double precision', (column) => column.notNull())
      .addColumn('cost', 'double precision', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
  },
};
