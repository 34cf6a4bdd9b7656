/** Databases on the PostgreSQL server that the project `postgres` of Jest starts once for its run. */
import { createDatabase } from './create-database.ts';

/** The URL of a new and empty database. */
export function makeTestDatabase(encoding?: string): Promise<string> {
  const server = process.env['TEST_DATABASE_URL'];
  if (!server)
    throw new Error('TEST_DATABASE_URL is not set: the PostgreSQL server of the run did not start');
  return createDatabase(server, encoding);
}
