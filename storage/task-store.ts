/** Tasks as they are listed, and read when Temporal does not have them any more. */
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { TaskEndToStore, KeptStatus, OpenTaskRequest, PlacesRequest } from '../protocol/activities.ts';
import type { BudgetUse } from '../protocol/budget.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { Usage } from '../protocol/content.ts';
import type { TaskProgress, TaskQuestion, TaskStatus } from '../protocol/task.ts';
import type { Page, PageRequest } from './cursor.ts';
import { readCursor, toPage } from './cursor.ts';
import { inTransaction, repeatLostRaces } from './in-transaction.ts';
import { insertRows } from './insert-rows.ts';
import { toJson, toNullableJson, toText } from './json-text.ts';
import type { Database } from './tables.ts';
import { TASK_COLUMNS } from './task-columns.ts';
import { takePlaces } from './take-places.ts';
import { openTasks } from './task-opening.ts';
import { writeTaskEnd } from './write-task-end.ts';
import { readQuestion } from './task-question.ts';

export interface TaskRecord {
  workspace: string;
  session: string;
  id: string;
  /** The task that started it; null when the session's conversation did. */
  starter: string | null;
  agent: string;
  title: string;
  depth: number;
  text: string;
  expectedOutput: string | null;
  attachments: string[];
  variables: Record<string, unknown>;
  /** Its starter's workflow knows a moment earlier what lies between `queued` and a terminal one. */
  status: TaskStatus;
  partial: boolean;
  /** The final answer; of a task that failed or was stopped, what it had said until then. */
  result: string | null;
  error: { type: string; message: string } | null;
  usage: Usage | null;
  files: number;
  progress: TaskProgress | null;
  /** What it asks and has no answer to. */
  question: string | null;
  /** The budget that it waits for. */
  shortage: BudgetUse | null;
  queuedAt: number;
  startedAt: number | null;
  endedAt: number | null;
}

export interface TaskId {
  workspace: string;
  session: string;
  task: string;
}

export interface TaskFilter {
  status?: TaskStatus | undefined;
  agent?: string | undefined;
  /** The id of the session's user. */
  user?: string | undefined;
  /** The principal whose the sessions are; null or left out: those of all. */
  owner?: string | null | undefined;
}

export class TaskStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** See {@link openTasks}. */
  async open(...requests: OpenTaskRequest[]): Promise<void> {
    return openTasks(this.#db, requests);
  }

  /** The first start stays; a task that has ended stays ended. */
  async markStarted(id: TaskId, startedAt: number): Promise<void> {
    await this.#db
      .updateTable('tasks')
      .set((eb) => ({
        // One that was paused before it began stays so.
        status: eb
          .case()
          .when('status', '=', 'queued')
          .then<TaskStatus>('running')
          .else(eb.ref('status'))
          .end(),
        started_at: startedAt,
      }))
      .where((eb) => eb.and(toTaskKey(id)))
      .where('started_at', 'is', null)
      .where('ended_at', 'is', null)
      .execute();
  }

  /** What a task asked at that step. */
  async question(task: ConversationId, asks: TaskQuestion): Promise<string | null> {
    return readQuestion(this.#db, task, asks);
  }

  /** Where a task stands that has not ended, and what it waits for. */
  async setStatus(
    id: TaskId,
    { status, asks, shortage }: Pick<KeptStatus, 'status' | 'asks' | 'shortage'>,
  ): Promise<void> {
    const question = asks === null ? null : await readQuestion(this.#db, id, asks);
    await this.#db
      .updateTable('tasks')
      .set({ status, question, shortage: toNullableJson(shortage) })
      .where((eb) => eb.and(toTaskKey(id)))
      .where('ended_at', 'is', null)
      .execute();
  }

  /** See {@link takePlaces}. */
  async takePlaces(request: PlacesRequest, now: number): Promise<string[] | null> {
    return takePlaces(this.#db, request, now);
  }

  /** What it says of how far it is; a task that has ended says nothing more. */
  async setProgress(id: TaskId, progress: TaskProgress): Promise<void> {
    await this.#db
      .updateTable('tasks')
      .set({ progress: toJson({ ...progress, message: toText(progress.message) }) })
      .where((eb) => eb.and(toTaskKey(id)))
      .where('ended_at', 'is', null)
      .execute();
  }

  /**
   * Stores how the task ended, its last rows and events; its result is taken from its transcript. The first write
   * wins. Gives what the store holds; null when the task is not there (its session was deleted).
   */
  async finish(request: TaskEndToStore): Promise<TaskRecord | null> {
    const write = async (db: Kysely<Database>): Promise<TaskRecord | undefined> => {
      const ended = await writeTaskEnd(db, request);
      if (ended !== undefined) await insertRows(db, request, request.append);
      return ended;
    };
    const ended =
      request.append.length === 0
        ? await repeatLostRaces(() => write(this.#db))
        : await inTransaction(this.#db, write);
    return ended ?? this.get(request);
  }

  async get(id: TaskId): Promise<TaskRecord | null> {
    return (await selectTasks(this.#db, id).executeTakeFirst()) ?? null;
  }

  /** All tasks of the workspace, newest first. Throws StoreError `cursor.invalid`. */
  async list(workspace: string, request: TaskFilter & PageRequest): Promise<Page<TaskRecord>> {
    let query = this.#db.selectFrom('tasks').select(TASK_COLUMNS).where('tasks.workspace', '=', workspace);
    if (request.status !== undefined) query = query.where('tasks.status', '=', request.status);
    if (request.agent !== undefined) query = query.where('tasks.agent', '=', request.agent);
    const ofSession = {
      ...(request.user === undefined ? {} : { 'sessions.user_id': request.user }),
      ...(typeof request.owner === 'string' ? { 'sessions.principal': request.owner } : {}),
    };
    if (Object.keys(ofSession).length > 0) {
      query = query.where((eb) =>
        eb.exists(
          eb
            .selectFrom('sessions')
            .select('sessions.id')
            .whereRef('sessions.workspace', '=', 'tasks.workspace')
            .whereRef('sessions.id', '=', 'tasks.session')
            .where((of) => of.and(ofSession)),
        ),
      );
    }
    if (request.cursor !== undefined) {
      const [queuedAt, id] = readCursor<[number, string]>(request.cursor, [0, '']);
      query = query.where(sql<boolean>`(tasks.queued_at, tasks.id) < (${queuedAt}::bigint, ${id}::text)`);
    }
    const tasks = await query
      .orderBy('tasks.queued_at', 'desc')
      .orderBy('tasks.id', 'desc')
      .limit(request.limit + 1)
      .execute();
    return toPage(tasks, request.limit, (task) => [task.queuedAt, task.id]);
  }

  /** All tasks of the session's tree, oldest first. */
  async listBySession(workspace: string, session: string): Promise<TaskRecord[]> {
    return oldestFirst(this.#db, { workspace, session }).execute();
  }

  /** The tasks that the session's conversation (`starter: null`) or one of its tasks started, oldest first. */
  async listByStarter(workspace: string, session: string, starter: string | null): Promise<TaskRecord[]> {
    const query = oldestFirst(this.#db, { workspace, session });
    return (
      starter === null ? query.where('starter', 'is', null) : query.where('starter', '=', starter)
    ).execute();
  }
}

function toTaskKey({ workspace, session, task }: TaskId) {
  return { 'tasks.workspace': workspace, 'tasks.session': session, 'tasks.id': task };
}

function selectTasks(db: Kysely<Database>, id: TaskId) {
  return db
    .selectFrom('tasks')
    .select(TASK_COLUMNS)
    .where((eb) => eb.and(toTaskKey(id)));
}

function oldestFirst(db: Kysely<Database>, { workspace, session }: { workspace: string; session: string }) {
  return db
    .selectFrom('tasks')
    .select(TASK_COLUMNS)
    .where('workspace', '=', workspace)
    .where('session', '=', session)
    .orderBy('queued_at')
    .orderBy('id');
}
