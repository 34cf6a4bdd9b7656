/** Tasks in the store: their text before they start, their end when it has come; and the watch over inherited ones. */
import { sleep } from '@temporalio/activity';
import { completeReport } from '../core/complete-report.ts';
import { renderTemplates, renderText } from '../core/render-template.ts';
import type {
  Activities,
  NewTask,
  OpenedTask,
  OpenTaskRequest,
  PlacesRequest,
  WatchTasksRequest,
} from '../protocol/activities.ts';
import { NO_USAGE } from '../protocol/content.ts';
import type { TaskReport } from '../protocol/task.ts';
import type { Store } from '../storage/store.ts';
import { withHeartbeat } from './activity-abort.ts';
import { currentConversation } from './current-run.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readScope } from './read-variables.ts';

const HEARTBEAT_MS = 10_000;
/** A task tells its end itself; this only finds those that could not. */
const LOOK_EVERY_MS = 5_000;
const LOOK_FOR_PLACES_EVERY_MS = 500;

export function createTaskKeeping(
  dependencies: ActivityDependencies,
): Pick<Activities, 'openTasks' | 'finishTask' | 'takePlaces' | 'keepStatuses' | 'watchTasks'> {
  const { store, reportToStarter } = dependencies;
  return {
    async openTasks({ depth, tasks }) {
      const starter = currentConversation();
      const { workspace, session, task } = starter;
      const variables = readOnce(() => readScope(store, starter));
      const requests: OpenTaskRequest[] = [];
      const toTell: OpenedTask[] = [];
      for (const { input, ...request } of tasks) {
        const missing = new Set<string>();
        const filled = await fillTemplates({ input, ...request }, variables, missing);
        const whose = { workspace, session, starter: { task }, depth };
        requests.push({ ...NOTHING_ELSE, ...request, ...filled, ...whose });
        if (missing.size > 0) toTell.push({ task: request.task, missing: [...missing] });
      }
      await store.tasks.open(...requests);
      return toTell.length === 0 ? undefined : toTell;
    },

    async finishTask({ starter, stopped = [], ...request }) {
      const record = await store.tasks.finish(request);
      const stored = { resultSize: record?.result?.length ?? 0, files: record?.files ?? 0 };
      if (starter !== undefined) {
        const { workspace, session } = request;
        const report = completeReport({ ...request, stopped }, stored);
        await reportToStarter({ workspace, session, ...starter }, report);
      }
      return stored;
    },

    takePlaces: (request) => withHeartbeat(HEARTBEAT_MS, () => takePlaces(store, request)),

    async keepStatuses({ tasks }) {
      const { workspace, session } = currentConversation();
      for (const { task, ...standing } of tasks)
        await store.tasks.setStatus({ workspace, session, task }, standing);
    },

    watchTasks: (request) => withHeartbeat(HEARTBEAT_MS, () => watch(dependencies, request)),
  };
}

async function takePlaces(store: Store, request: PlacesRequest): Promise<string[]> {
  for (;;) {
    const placed = await store.tasks.takePlaces(request, Date.now());
    if (placed !== null) return placed;
    await sleep(LOOK_FOR_PLACES_EVERY_MS);
  }
}

/** What a new task has where its starter does not say. */
const NOTHING_ELSE: Pick<OpenTaskRequest, 'expectedOutput' | 'attachments' | 'context'> = {
  expectedOutput: null,
  attachments: [],
  context: 'none',
};

function readOnce<T>(read: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  return () => (known ??= read());
}

/**
 * The task's text, and its variables: what the sub-agent's entry maps from those of the starter, and beside it what the
 * start names itself. The text may name all of them.
 */
async function fillTemplates(
  { text, variables = {}, input }: Pick<NewTask, 'text' | 'variables' | 'input'>,
  readVariablesOfStarter: () => Promise<Record<string, unknown>>,
  missing: Set<string>,
): Promise<Pick<OpenTaskRequest, 'text' | 'variables'>> {
  if (input === undefined && !text.includes('{{')) return { text, variables };
  const known = await readVariablesOfStarter();
  const mapped = renderTemplates(input ?? {}, { variables: known, missing }) as Record<string, unknown>;
  const own = { ...mapped, ...variables };
  return { text: renderText(text, { variables: { ...known, ...own }, missing }), variables: own };
}

async function watch(dependencies: ActivityDependencies, request: WatchTasksRequest): Promise<TaskReport[]> {
  for (;;) {
    const ended: TaskReport[] = [];
    for (const task of request.tasks) {
      const report = await readEnd(dependencies, { ...request, task });
      if (report !== null) ended.push(report);
    }
    if (ended.length > 0) return ended;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Its own report where it gave one; what Temporal says of it where it could not. */
async function readEnd(
  { store, tasks }: ActivityDependencies,
  task: { workspace: string; session: string; task: string },
): Promise<TaskReport | null> {
  const end = await tasks.end(task);
  if (end === null || 'resultSize' in end) return end;
  const record = await store.tasks.get(task);
  const startedAt = record?.startedAt ?? end.endedAt;
  const request = {
    ...task,
    ...end,
    partial: false,
    usage: record?.usage ?? NO_USAGE,
    startedAt,
    append: [],
    events: [],
  };
  const stored = await store.tasks.finish(request);
  const { status, error, endedAt } = end;
  return {
    task: task.task,
    status,
    error,
    endedAt,
    startedAt,
    partial: stored?.partial ?? false,
    usage: stored?.usage ?? NO_USAGE,
    resultSize: stored?.result?.length ?? 0,
    files: stored?.files ?? 0,
    stopped: [],
  };
}
