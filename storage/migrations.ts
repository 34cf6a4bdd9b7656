/** The migrations in their order. A migration that was released is never edited: add another one. */
import type { Kysely, Migration, MigrationProvider } from 'kysely';
import { Migrator } from 'kysely';
import { firstTables } from './migrations/0001-first-tables.ts';
import { progressAndBudgets } from './migrations/0002-progress-and-budgets.ts';
import { owners } from './migrations/0003-owners.ts';
import { questions } from './migrations/0004-questions.ts';
import { budgetExtensions } from './migrations/0005-budget-extensions.ts';
import { hooks } from './migrations/0006-hooks.ts';
import { readReason } from './postgres-failures.ts';

const migrations: Record<string, Migration> = {
  '0001-first-tables': firstTables,
  '0002-progress-and-budgets': progressAndBudgets,
  '0003-owners': owners,
  '0004-questions': questions,
  '0005-budget-extensions': budgetExtensions,
  '0006-hooks': hooks,
};

const provider: MigrationProvider = { getMigrations: () => Promise.resolve(migrations) };

/** Brings the database to the newest form. Throws what the failed migration threw, as its cause. */
export async function migrate<T>(db: Kysely<T>): Promise<void> {
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error === undefined) return;
  const [, unknown] = /previously executed migration (\S+) is missing/.exec(readReason(error)) ?? [];
  if (unknown !== undefined) throw new NewerDatabase(unknown);
  throw new Error('The database could not be brought to the form of this version.', { cause: error });
}

class NewerDatabase extends Error {
  /** By it `adviseOn` knows what to do. */
  readonly code = 'newer';

  constructor(migration: string) {
    super(
      `The database is of a newer version of Offstage: it has ${migration}, which this one does not know`,
    );
  }
}
