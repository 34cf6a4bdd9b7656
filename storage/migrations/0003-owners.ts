import type { Kysely, Migration } from 'kysely';

/** Until there were keys, everything was the development principal's. */
const UNTIL_NOW = 'development';

/** Whose a session is, and an upload that no session uses yet. */
export const owners: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of ['sessions', 'files']) {
      await db.schema
        .alterTable(table)
        .addColumn('principal', 'text', (column) => column.notNull().defaultTo(UNTIL_NOW))
        .execute();
    }
    await db.schema
      .createIndex('sessions_by_principal')
      .on('sessions')
      .columns(['workspace', 'principal', 'created_at', 'id'])
      .execute();
  },
};
