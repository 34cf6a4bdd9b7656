/**
 * PGlite behind the pool interface of Kysely's PostgreSQL dialect, so that the embedded database and a server run
 * the same dialect and the same SQL. PGlite has one connection: whoever holds it runs alone, the rest wait in order.
 */
import type { PGlite } from '@electric-sql/pglite';
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';

export class PglitePool implements PostgresPool {
  readonly #database: PGlite;
  #released: Promise<void> = Promise.resolve();

  constructor(database: PGlite) {
    this.#database = database;
  }

  async connect(): Promise<PostgresPoolClient> {
    const before = this.#released;
    let release = (): void => {};
    this.#released = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    return new PgliteClient(this.#database, release);
  }

  async end(): Promise<void> {
    await this.#released;
    await this.#database.close();
  }
}

class PgliteClient implements PostgresPoolClient {
  readonly #database: PGlite;
  readonly release: () => void;

  constructor(database: PGlite, release: () => void) {
    this.#database = database;
    this.release = release;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    sql: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof sql !== 'string') throw new Error('Cursors are not available in the embedded database.');
    return this.#run(sql, parameters);
  }

  async #run<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const result = await this.#database.query<R>(sql, [...parameters]);
    return {
      command: result.command as PostgresQueryResult<R>['command'],
      rowCount: result.affectedRows ?? 0,
      rows: result.rows,
    };
  }
}
