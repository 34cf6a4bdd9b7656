import type { Kysely, Migration } from 'kysely';

/** How the hooks of a session went, and what was made of it at its end. */
export const hooks: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('sessions').addColumn('analysis', 'json').execute();
    await db.schema
      .createTable('hooks')
      .addColumn('workspace', 'text', (column) => column.notNull())
      .addColumn('session', 'text', (column) => column.notNull())
      .addColumn('phase', 'text', (column) => column.notNull())
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('task', 'text')
      .addColumn('error', 'json')
      .addColumn('usage', 'json')
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .addPrimaryKeyConstraint('hooks_key', ['workspace', 'session', 'phase', 'position'])
      .addForeignKeyConstraint(
        'hooks_session',
        ['workspace', 'session'],
        'sessions',
        ['workspace', 'id'],
        (constraint) => constraint.onDelete('cascade'),
      )
      .execute();
  },
};
