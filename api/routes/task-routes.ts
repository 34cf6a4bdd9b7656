import { pageOf } from '../../protocol/schemas/page.ts';
import { listTasksQuerySchema, pageQuerySchema } from '../../protocol/schemas/queries.ts';
import {
  holdTaskSchema,
  startTaskSchema,
  steerTaskSchema,
  stopTaskSchema,
} from '../../protocol/schemas/requests.ts';
import {
  acknowledgementSchema,
  heldTaskSchema,
  listedTaskSchema,
  messageSchema,
  receiptSchema,
  taskSchema,
  taskSummarySchema,
} from '../../protocol/schemas/resources.ts';
import { findSession, findTask } from '../conversations/find-conversation.ts';
import type { FoundTask } from '../conversations/find-conversation.ts';
import { holdTask } from '../conversations/hold-task.ts';
import { answerOnce, readIdempotencyKey } from '../http/idempotency.ts';
import { ownerSeenBy } from '../principal.ts';
import { readMessages } from '../conversations/read-messages.ts';
import { readTask } from '../conversations/read-task.ts';
import { renderListedTask } from '../conversations/render-task.ts';
import { defineRoute, IDEMPOTENCY_KEY, requireParameter } from '../http/route.ts';
import type { Incoming, Route } from '../http/route.ts';
import { steerTask } from '../conversations/send-message.ts';
import type { Services } from '../services.ts';
import { startTask } from '../conversations/start-task.ts';
import { stopTask } from '../conversations/stop-task.ts';
import { readTaskTree, renderTree } from '../conversations/task-tree.ts';

const tag = 'Tasks';

const list = defineRoute({
  method: 'get',
  path: '/v1/sessions/{session}/tasks',
  tag,
  summary: 'List the tasks of a session',
  description: 'The whole tree, oldest first.',
  successes: [{ status: 200, description: 'All tasks', schema: pageOf(taskSummarySchema) }],
  problems: ['not-found'],
  async handle({ store, source, clock }, { principal, parameters }) {
    const { id } = await findSession(store, principal, requireParameter(parameters, 'session'));
    const tree = await readTaskTree({ store }, source, id, null);
    const data = renderTree(tree, clock());
    return { status: 200, body: { data, nextCursor: null, ...(tree.isStale ? { stale: true } : {}) } };
  },
});

const start = defineRoute({
  method: 'post',
  path: '/v1/sessions/{session}/tasks',
  tag,
  summary: 'Start a background agent by hand',
  headers: [IDEMPOTENCY_KEY],
  body: startTaskSchema,
  successes: [
    { status: 201, description: 'The task', schema: taskSchema },
    { status: 200, description: 'The task that was started with this `key` before', schema: taskSchema },
  ],
  problems: [
    'not-found',
    'unknown-file',
    'message-too-large',
    'task-refused',
    'idempotency-key-reused',
    'session-closed',
    'unavailable',
  ],
  async handle(services, { principal, parameters, body, path, request }) {
    const found = await findSession(services.store, principal, requireParameter(parameters, 'session'));
    return answerOnce(services, { principal, request, route: path, body }, async (ids) => {
      const { task, existing } = await startTask(services, principal, found, body, ids);
      return { status: existing ? 200 : 201, body: await readTask(services, services.source, task) };
    });
  },
});

const listAll = defineRoute({
  method: 'get',
  path: '/v1/tasks',
  tag,
  summary: 'List tasks of all sessions, newest first',
  query: listTasksQuerySchema,
  successes: [{ status: 200, description: 'A page of tasks', schema: pageOf(listedTaskSchema) }],
  problems: [],
  async handle({ store, clock }, { principal, query }) {
    const owner = ownerSeenBy(principal);
    const page = await store.tasks.list(principal.workspace, { ...query, owner });
    const now = clock();
    return { status: 200, body: { ...page, data: page.data.map((record) => renderListedTask(record, now)) } };
  },
});

const read = defineRoute({
  method: 'get',
  path: '/v1/sessions/{session}/tasks/{task}',
  tag,
  summary: 'Read a task',
  successes: [{ status: 200, description: 'The task', schema: taskSchema }],
  problems: ['not-found', 'unavailable'],
  async handle(services, incoming) {
    const task = await find(services, incoming);
    return { status: 200, body: await readTask(services, services.source, task) };
  },
});

const messages = defineRoute({
  method: 'get',
  path: '/v1/sessions/{session}/tasks/{task}/messages',
  tag,
  summary: "Read a task's transcript",
  query: pageQuerySchema,
  successes: [
    { status: 200, description: 'A page of messages, oldest first', schema: pageOf(messageSchema) },
  ],
  problems: ['not-found', 'unavailable'],
  async handle(services, incoming) {
    const { id } = await find(services, incoming);
    return { status: 200, body: await readMessages(services.store, services.source, id, incoming.query) };
  },
});

const steer = defineRoute({
  method: 'post',
  path: '/v1/sessions/{session}/tasks/{task}/messages',
  tag,
  summary: 'Steer a task, or answer its question',
  description:
    'Any task of the tree. Its agent sees the message at its next step, or at once with `mode: interrupt`; one that ' +
    'waits for an answer takes it as that. The event ' +
    "`task.steered` of its starter's feed says at which step that was, or that the task had ended before.",
  headers: [IDEMPOTENCY_KEY],
  body: steerTaskSchema,
  successes: [
    {
      status: 202,
      description: 'Passed on; the offset is one of its starter',
      schema: acknowledgementSchema,
    },
  ],
  problems: [
    'not-found',
    'message-too-large',
    'idempotency-key-reused',
    'task-finished',
    'inbox-full',
    'unavailable',
  ],
  async handle(services, incoming) {
    const { principal, body, request } = incoming;
    const task = await find(services, incoming);
    const sender = { principal, key: readIdempotencyKey(request) };
    const acknowledgement = await steerTask(services, sender, task, body);
    return { status: 202, body: acknowledgement };
  },
});

const stop = defineRoute({
  method: 'post',
  path: '/v1/sessions/{session}/tasks/{task}/stop',
  tag,
  summary: 'Stop a task and those below it',
  description:
    'Answered when all of them are quiet, or after some seconds as they are by then. Of a task that has ended nothing ' +
    'changes.',
  headers: [IDEMPOTENCY_KEY],
  body: stopTaskSchema,
  successes: [{ status: 200, description: 'The receipt', schema: receiptSchema }],
  problems: ['not-found', 'idempotency-key-reused', 'unavailable'],
  async handle(services, incoming) {
    const { principal, body, path, request } = incoming;
    const task = await find(services, incoming);
    return answerOnce(services, { principal, request, route: path, body }, async ({ uuid }) => ({
      status: 200,
      body: await stopTask(services, task, body.mode ?? 'now', uuid),
    }));
  },
});

const hold = (
  word: 'pause' | 'resume',
  act: 'pauseTask' | 'resumeTask',
  summary: string,
  description: string,
) =>
  defineRoute({
    method: 'post',
    path: `/v1/sessions/{session}/tasks/{task}/${word}`,
    tag,
    summary,
    description,
    headers: [IDEMPOTENCY_KEY],
    body: holdTaskSchema,
    successes: [{ status: 200, description: 'What the task is now', schema: heldTaskSchema }],
    problems: ['not-found', 'idempotency-key-reused', 'unavailable'],
    async handle(services, incoming) {
      const { principal, body, path, request } = incoming;
      const task = await find(services, incoming);
      return answerOnce(services, { principal, request, route: path, body }, async ({ uuid }) => ({
        status: 200,
        body: await holdTask(services, task, act, uuid),
      }));
    },
  });

const pause = hold(
  'pause',
  'pauseTask',
  'Pause a task',
  'The step that runs comes to its end, then the task stands still. Its own tasks go on.',
);

const resume = hold(
  'resume',
  'resumeTask',
  'Let a paused task go on',
  'At once, or `queued` until there is room for it.',
);

export const taskRoutes: Route[] = [list, start, listAll, read, messages, steer, stop, pause, resume];

function find(
  services: Services,
  { principal, parameters }: Pick<Incoming<unknown, unknown>, 'principal' | 'parameters'>,
): Promise<FoundTask> {
  const session = requireParameter(parameters, 'session');
  return findTask(services, principal, { session, task: requireParameter(parameters, 'task') });
}
