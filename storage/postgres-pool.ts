/** Connections to a PostgreSQL server, behind the pool interface of Kysely's dialect. Whatever breaks is replaced. */
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { Client, Pool, types } from 'pg';
import type { PoolClient, PoolConfig, QueryResult } from 'pg';
import { hasStalePlan, isAway, readReason } from './postgres-failures.ts';
import { StatementNames } from './statement-names.ts';
import { StoreAway } from './store-away.ts';

const INT8 = 20;

/** How long a caller waits for a connection: the API answers within ten seconds, store or no store. */
const CONNECT_WITHIN_MS = 5_000;
const STATEMENT_WITHIN_MS = 20_000;

const CONNECTION: PoolConfig = {
  application_name: 'offstage',
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  connectionTimeoutMillis: CONNECT_WITHIN_MS,
  // Times in milliseconds and counts: numbers, as the embedded database gives them.
  types: {
    getTypeParser: (oid: number, format?: 'text' | 'binary') =>
      oid === INT8 ? Number : (types.getTypeParser(oid, format as 'text') as (text: string) => unknown),
  } as NonNullable<PoolConfig['types']>,
};

const PURPOSES = {
  work: {
    max: 20,
    idleTimeoutMillis: 60_000,
    lock_timeout: 10_000,
    statement_timeout: STATEMENT_WITHIN_MS,
    // For a server that is not there any more, and cannot tell so.
    query_timeout: STATEMENT_WITHIN_MS + 5_000,
    // A process that stands still in the middle of a transaction must not hold a conversation's lock.
    idle_in_transaction_session_timeout: 30_000,
  },
  /** A migration takes as long as it takes. */
  migration: { max: 1 },
} satisfies Record<string, PoolConfig>;

/** `PostgreSQL at host:port, database "name"`: never with user or password. */
export function describeServer(url: string): string {
  const { host, port, database } = new Client({ connectionString: url });
  return `PostgreSQL at ${host}:${port}, database "${database ?? ''}"`;
}

/** The reason why the server is away; null when it is back. */
export type OutageListener = (reason: string | null) => void;

export class ServerPool implements PostgresPool {
  readonly #pool: Pool;
  readonly #onOutage: OutageListener;
  readonly #names = new StatementNames();
  #isAway = false;

  /** What the URL says (`sslmode`, `application_name`, …) goes before what is set here. */
  constructor(url: string, purpose: keyof typeof PURPOSES, onOutage: OutageListener = () => undefined) {
    this.#onOutage = onOutage;
    this.#pool = new Pool({ ...CONNECTION, ...PURPOSES[purpose], connectionString: url });
    // A connection that breaks says so to whoever uses it; without listeners it would end the process.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async connect(): Promise<PostgresPoolClient> {
    const note = (failure: StoreAway | null): void => this.#note(failure);
    try {
      return new ServerClient(await this.#pool.connect(), this.#names, note);
    } catch (error) {
      const failure = new StoreAway(readReason(error), { cause: error });
      note(failure);
      throw failure;
    }
  }

  #note(failure: StoreAway | null): void {
    const isAway = failure !== null;
    if (isAway === this.#isAway) return;
    this.#isAway = isAway;
    this.#onOutage(failure?.message ?? null);
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}

class ServerClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  readonly #names: StatementNames;
  /** Hears how each query found the server. */
  readonly #note: (failure: StoreAway | null) => void;
  #failure: StoreAway | null = null;

  constructor(client: PoolClient, names: StatementNames, note: (failure: StoreAway | null) => void) {
    this.#client = client;
    this.#names = names;
    this.#note = note;
  }

  /** A connection that failed is in no known state: it is closed instead of being used again. */
  release(): void {
    this.#client.release(this.#failure ?? false);
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    sql: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof sql !== 'string') throw new Error('The store does not use cursors.');
    return this.#run(sql, parameters);
  }

  async #run<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    if (this.#failure !== null) throw this.#failure;
    try {
      const { command, rowCount, rows } = await this.#ask(sql, [...parameters]);
      this.#note(null);
      return {
        command: command as PostgresQueryResult<R>['command'],
        rowCount: rowCount ?? 0,
        rows: rows as R[],
      };
    } catch (error) {
      if (!isAway(error)) throw error;
      this.#failure = new StoreAway(readReason(error), { cause: error });
      this.#note(this.#failure);
      throw this.#failure;
    }
  }

  /** With a plan that has become stale it is asked once more; of a transaction, whoever runs it does so. */
  async #ask(text: string, values: unknown[]): Promise<QueryResult> {
    const isAlone = this.#client.getTransactionStatus() === 'I';
    try {
      return await this.#client.query({ name: this.#names.nameOf(text), text, values });
    } catch (error) {
      if (!hasStalePlan(error)) throw error;
      this.#names.forget();
      if (!isAlone) throw error;
      return this.#client.query({ text, values });
    }
  }
}
