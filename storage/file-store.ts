import type { Kysely, Transaction } from 'kysely';
import { inTransaction } from './in-transaction.ts';
import { toText } from './json-text.ts';
import type { Database } from './tables.ts';

export interface FileMeta {
  workspace: string;
  id: string;
  /** Who uploaded it; of a session's file, whose the session is. */
  principal: string;
  /** Null for an upload that no session uses yet. */
  session: string | null;
  /** The task that saved it. */
  task: string | null;
  name: string;
  mediaType: string;
  /** Bytes. */
  size: number;
  createdAt: number;
}

/** Without a principal a file of a session, which is its owner's. */
export type NewFile = Omit<FileMeta, 'size' | 'principal'> & { principal?: string; bytes: Uint8Array };

const META = [
  'workspace',
  'id',
  'principal',
  'session',
  'task',
  'name',
  'media_type as mediaType',
  'size',
  'created_at as createdAt',
] as const;

/** Uploads and files that agents saved. Who calls limits their size. */
export class FileStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** Stores the file, unless there is one with this id; gives what the store holds. */
  async put(file: NewFile): Promise<FileMeta> {
    return inTransaction(this.#db, async (transaction) => {
      await transaction
        .insertInto('files')
        .values({
          workspace: file.workspace,
          id: file.id,
          principal: file.principal ?? selectOwner(transaction, file.workspace, file.session),
          session: file.session,
          task: file.task,
          name: toText(file.name),
          media_type: file.mediaType,
          size: file.bytes.byteLength,
          bytes: file.bytes,
          created_at: file.createdAt,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return transaction
        .selectFrom('files')
        .select(META)
        .where('workspace', '=', file.workspace)
        .where('id', '=', file.id)
        .executeTakeFirstOrThrow();
    });
  }

  async get(workspace: string, id: string): Promise<(FileMeta & { bytes: Uint8Array }) | null> {
    const file = await this.#db
      .selectFrom('files')
      .select([...META, 'bytes'])
      .where('workspace', '=', workspace)
      .where('id', '=', id)
      .executeTakeFirst();
    return file ?? null;
  }

  async meta(workspace: string, id: string): Promise<FileMeta | null> {
    const [file] = await this.metas(workspace, [id]);
    return file ?? null;
  }

  /** Oldest first; unknown ids are left out. */
  async metas(workspace: string, ids: readonly string[]): Promise<FileMeta[]> {
    if (ids.length === 0) return [];
    return this.#db
      .selectFrom('files')
      .select(META)
      .where('workspace', '=', workspace)
      .where('id', 'in', ids)
      .orderBy('created_at')
      .orderBy('id')
      .execute();
  }

  /** Files that the task saved, oldest first. */
  async listByTask(workspace: string, session: string, task: string): Promise<FileMeta[]> {
    return this.#db
      .selectFrom('files')
      .select(META)
      .where('workspace', '=', workspace)
      .where('session', '=', session)
      .where('task', '=', task)
      .orderBy('created_at')
      .orderBy('id')
      .execute();
  }

  /** Uploads that a message of the session uses belong to it and to its owner from now on, unless another session has them. */
  async assign(workspace: string, session: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await inTransaction(this.#db, async (transaction) => {
      await transaction
        .updateTable('files')
        .set({ session, principal: selectOwner(transaction, workspace, session) })
        .where('workspace', '=', workspace)
        .where('id', 'in', ids)
        .where('session', 'is', null)
        .execute();
    });
  }

  /** False when there is none. */
  async remove(workspace: string, id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('files')
      .where('workspace', '=', workspace)
      .where('id', '=', id)
      .executeTakeFirst();
    return numDeletedRows === 1n;
  }
}

function selectOwner(transaction: Transaction<Database>, workspace: string, session: string | null) {
  return transaction
    .selectFrom('sessions')
    .select('principal')
    .where('workspace', '=', workspace)
    .where('id', '=', session);
}
