/** The part of the HTTP API that a chat needs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ExtendedBudgetResource,
  SessionResource,
  TaskResource,
  TaskSummaryResource,
} from '../protocol/schemas/resources.ts';
import type { ExtendBudgetBody, SteerTaskBody } from '../protocol/schemas/requests.ts';
import type { HeldTask } from '../protocol/session-messages.ts';
import type { Receipt, StopMode } from '../protocol/task.ts';
import type { OnClose } from '../protocol/team.ts';

/** An answer that is not 2xx, or none at all: `title` and what to do. */
export class ApiError extends Error {
  readonly status: number | null;

  constructor(status: number | null, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

export interface ChatApi {
  listTeams(): Promise<string[]>;
  openSession(team: string): Promise<SessionResource>;
  getSession(session: string): Promise<SessionResource>;
  sendMessage(session: string, text: string, key: string): Promise<void>;
  interrupt(session: string): Promise<{ changed: boolean }>;
  close(session: string, tasks?: OnClose): Promise<{ changed: boolean }>;
  listTasks(session: string): Promise<TaskSummaryResource[]>;
  getTask(session: string, task: string): Promise<TaskResource>;
  stopTask(session: string, task: string, mode: StopMode): Promise<Receipt>;
  holdTask(session: string, task: string, act: 'pause' | 'resume'): Promise<HeldTask>;
  messageTask(session: string, task: string, message: SteerTaskBody, key: string): Promise<void>;
  /** `task`: null for the session with all its tasks. */
  extendBudget(
    session: string,
    task: string | null,
    limits: ExtendBudgetBody,
  ): Promise<ExtendedBudgetResource>;
}

/** Milliseconds before a message is sent again with the same key, when nobody could take it. */
const RESEND_AFTER_MS = [500, 1000, 2000];

export interface ApiPlace {
  baseUrl: string;
  /** Null: the API asks for none. */
  apiKey: string | null;
}

export function toAuthorization(apiKey: string | null): { authorization?: string } {
  return apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
}

export function createChatApi({ baseUrl, apiKey }: ApiPlace, signal: AbortSignal): ChatApi {
  const call = async <T>(method: string, path: string, body?: unknown, key?: string): Promise<T> => {
    const response = await fetch(new URL(`/v1${path}`, baseUrl), {
      method,
      signal,
      headers: {
        accept: 'application/json',
        ...toAuthorization(apiKey),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw signal.aborted
        ? error
        : new ApiError(null, `No answer from ${baseUrl}: is Offstage running there?`);
    });
    if (!response.ok) throw await readProblem(response);
    return (await response.json()) as T;
  };
  const at = (session: string, rest = ''): string => `/sessions/${encodeURIComponent(session)}${rest}`;
  const atTask = (session: string, task: string): string => at(session, `/tasks/${encodeURIComponent(task)}`);
  return {
    listTeams: async () =>
      (await call<{ data: { name: string }[] }>('GET', '/teams')).data.map(({ name }) => name),
    openSession: (team) => call('POST', '/sessions', { team }),
    getSession: (session) => call('GET', at(session)),
    sendMessage: (session, text, key) =>
      resend(() => call('POST', at(session, '/messages'), { text }, key), signal),
    interrupt: (session) => call('POST', at(session, '/interrupt'), {}),
    close: (session, tasks) => call('POST', at(session, '/close'), tasks === undefined ? {} : { tasks }),
    listTasks: async (session) =>
      (await call<{ data: TaskSummaryResource[] }>('GET', at(session, '/tasks'))).data,
    getTask: (session, task) => call('GET', atTask(session, task)),
    stopTask: (session, task, mode) => call('POST', `${atTask(session, task)}/stop`, { mode }),
    holdTask: (session, task, act) => call('POST', `${atTask(session, task)}/${act}`, {}),
    extendBudget: (session, task, limits) =>
      call('POST', `${task === null ? at(session) : atTask(session, task)}/budget`, limits),
    messageTask: (session, task, message, key) =>
      resend(() => call('POST', `${atTask(session, task)}/messages`, message, key), signal),
  };
}

/** Safe because of the key: a message that was taken after all is not taken twice. */
async function resend(send: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  for (const delay of [...RESEND_AFTER_MS, null]) {
    try {
      await send();
      return;
    } catch (error) {
      const isAway = error instanceof ApiError && (error.status === null || error.status === 503);
      if (!isAway || delay === null) throw error;
      await sleep(delay, undefined, { signal });
    }
  }
}

/** A problem document as words: title, detail, and each field at fault. */
export async function readProblem(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const problem = JSON.parse(text) as Partial<Record<'title' | 'detail', string>> & {
      errors?: { path: string; message: string }[];
    };
    const fields = (problem.errors ?? []).map(({ path, message }) => `  ${path}: ${message}`);
    const hint = response.status === 401 ? ['Set OFFSTAGE_API_KEY to a key of that server.'] : [];
    const words = [
      `${problem.title ?? response.statusText}: ${problem.detail ?? ''}`,
      ...fields,
      ...hint,
    ].join('\n');
    return new ApiError(response.status, words);
  } catch {
    return new ApiError(
      response.status,
      `${response.status} ${response.statusText}: not an answer of Offstage`,
    );
  }
}
