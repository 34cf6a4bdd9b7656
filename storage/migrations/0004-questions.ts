import type { Kysely, Migration } from 'kysely';

/** What a task asks and has no answer to. */
export const questions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('tasks').addColumn('question', 'text').execute();
  },
};
