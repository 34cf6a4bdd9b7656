/** Sessions as they are listed, and read when Temporal does not have them any more. */
import type { Kysely, Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Page, PageRequest } from './cursor.ts';
import { readCursor, toPage } from './cursor.ts';
import { inTransaction } from './in-transaction.ts';
import { mergeVariables } from '../core/variables.ts';
import type { MergedVariables } from '../core/variables.ts';
import { toJson, toNullableJson, toText } from './json-text.ts';
import { refuseGoneSession } from './store-error.ts';
import type { Database, SessionsTable, SessionStatus } from './tables.ts';

export interface NewSession {
  workspace: string;
  id: string;
  /** Who opened it: it is theirs, with all that belongs to it. */
  principal: string;
  team: { name: string; version: string };
  /** The agent that it begins with. */
  agent: string;
  /** As the client gave it; `userId` is what lists are filtered by. */
  user: unknown;
  userId: string | null;
  title: string | null;
  variables: Record<string, unknown>;
  metadata: Record<string, unknown>;
  demo: boolean;
  createdAt: number;
}

export interface SessionRecord extends NewSession {
  status: SessionStatus;
  updatedAt: number;
  closedAt: number | null;
  closeReason: string | null;
  /** What the workflow's last view was; set when the session is closed. */
  finalView: unknown;
  /** What the team's analysis made of it; null where there is none. */
  analysis: unknown;
}

export interface SessionFilter {
  status?: SessionStatus | undefined;
  agent?: string | undefined;
  /** A user's id. */
  user?: string | undefined;
  /** A principal; null or left out: those of all. */
  owner?: string | null | undefined;
}

export interface StatusChange {
  status: SessionStatus;
  at: number;
  /** Who speaks now. */
  agent?: string;
  reason?: string | null;
  finalView?: unknown;
}

const CLOSED: readonly SessionStatus[] = ['closed', 'aborted'];

export class SessionStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** Creates the session in status `opening`, unless there is one with this id; gives what the store holds. */
  async create(session: NewSession): Promise<SessionRecord> {
    return inTransaction(this.#db, async (transaction) => {
      await transaction
        .insertInto('sessions')
        .values({
          workspace: session.workspace,
          id: session.id,
          principal: session.principal,
          status: 'opening',
          team_name: session.team.name,
          team_version: session.team.version,
          agent: session.agent,
          user_id: session.userId,
          user: toNullableJson(session.user),
          title: session.title === null ? null : toText(session.title),
          variables: toJson(session.variables),
          metadata: toJson(session.metadata),
          demo: session.demo,
          created_at: session.createdAt,
          updated_at: session.createdAt,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const record = await transaction
        .selectFrom('sessions')
        .selectAll()
        .where('workspace', '=', session.workspace)
        .where('id', '=', session.id)
        .executeTakeFirstOrThrow();
      return toSession(record);
    });
  }

  async get(workspace: string, id: string): Promise<SessionRecord | null> {
    const record = await this.#db
      .selectFrom('sessions')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('id', '=', id)
      .executeTakeFirst();
    return record === undefined ? null : toSession(record);
  }

  /** Newest first. Throws StoreError `cursor.invalid`. */
  async list(workspace: string, request: SessionFilter & PageRequest): Promise<Page<SessionRecord>> {
    let query = this.#db.selectFrom('sessions').selectAll().where('workspace', '=', workspace);
    if (request.status !== undefined) query = query.where('status', '=', request.status);
    if (request.agent !== undefined) query = query.where('agent', '=', request.agent);
    if (request.user !== undefined) query = query.where('user_id', '=', request.user);
    if (typeof request.owner === 'string') query = query.where('principal', '=', request.owner);
    if (request.cursor !== undefined) {
      const [createdAt, id] = readCursor<[number, string]>(request.cursor, [0, '']);
      query = query.where(sql<boolean>`(created_at, id) < (${createdAt}::bigint, ${id}::text)`);
    }
    const records = await query
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(request.limit + 1)
      .execute();
    return toPage(records.map(toSession), request.limit, (session) => [session.createdAt, session.id]);
  }

  /** A closed session stays as it is. */
  async setStatus(workspace: string, id: string, change: StatusChange): Promise<void> {
    const isClosing = CLOSED.includes(change.status);
    await this.#db
      .updateTable('sessions')
      .set({
        status: change.status,
        updated_at: change.at,
        ...(change.agent === undefined ? {} : { agent: change.agent }),
        ...(change.reason === undefined ? {} : { close_reason: change.reason }),
        ...(isClosing ? { closed_at: change.at } : {}),
        ...(change.finalView === undefined ? {} : { final_view: toNullableJson(change.finalView) }),
      })
      .where('workspace', '=', workspace)
      .where('id', '=', id)
      .where('status', 'not in', CLOSED)
      .execute();
  }

  /** Sets these beside the others. Throws StoreError `session.not_found`. */
  async mergeVariables(
    workspace: string,
    id: string,
    changes: Record<string, unknown>,
  ): Promise<MergedVariables> {
    return inTransaction(this.#db, async (transaction) => {
      const record = await transaction
        .selectFrom('sessions')
        .select('variables')
        .where('workspace', '=', workspace)
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      if (record === undefined) throw refuseGoneSession();
      const merged = mergeVariables(record.variables, changes);
      if ('problem' in merged || merged.keys.length === 0) return merged;
      await transaction
        .updateTable('sessions')
        .set({ variables: toJson(merged.variables) })
        .where('workspace', '=', workspace)
        .where('id', '=', id)
        .execute();
      return merged;
    });
  }

  /** Names a session that has no title yet. */
  async nameUntitled(workspace: string, id: string, title: string): Promise<void> {
    await this.#db
      .updateTable('sessions')
      .set({ title: toText(title) })
      .where('workspace', '=', workspace)
      .where('id', '=', id)
      .where('title', 'is', null)
      .execute();
  }

  /** Removes the session with everything that belongs to it, files too; false when there is none. */
  async remove(workspace: string, id: string): Promise<boolean> {
    return inTransaction(this.#db, async (transaction) => {
      const { numDeletedRows } = await transaction
        .deleteFrom('sessions')
        .where('workspace', '=', workspace)
        .where('id', '=', id)
        .executeTakeFirst();
      return numDeletedRows === 1n;
    });
  }
}

function toSession(record: Selectable<SessionsTable>): SessionRecord {
  return {
    workspace: record.workspace,
    id: record.id,
    principal: record.principal,
    status: record.status,
    team: { name: record.team_name, version: record.team_version },
    agent: record.agent,
    user: record.user,
    userId: record.user_id,
    title: record.title,
    variables: record.variables,
    metadata: record.metadata,
    demo: record.demo,
    createdAt: record.created_at,
    updatedAt: record.updated_at,
    closedAt: record.closed_at,
    closeReason: record.close_reason,
    finalView: record.final_view,
    analysis: record.analysis,
  };
}
