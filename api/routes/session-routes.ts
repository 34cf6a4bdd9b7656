import { pageOf } from '../../protocol/schemas/page.ts';
import { listSessionsQuerySchema } from '../../protocol/schemas/queries.ts';
import { closeSessionSchema, interruptSchema, openSessionSchema } from '../../protocol/schemas/requests.ts';
import {
  closedSchema,
  interruptedSchema,
  listedSessionSchema,
  sessionSchema,
} from '../../protocol/schemas/resources.ts';
import { deleteSession } from '../conversations/delete-session.ts';
import { exampleSession } from '../documentation/examples.ts';
import { findSession } from '../conversations/find-conversation.ts';
import { WorkflowGone } from '../gateway/failures.ts';
import { answerOnce } from '../http/idempotency.ts';
import { openSession } from '../conversations/open-session.ts';
import { ownerSeenBy } from '../principal.ts';
import { readSession, renderListedSession } from '../conversations/read-session.ts';
import { defineRoute, IDEMPOTENCY_KEY, requireParameter } from '../http/route.ts';
import type { Route } from '../http/route.ts';

const tag = 'Sessions';

const open = defineRoute({
  method: 'post',
  path: '/v1/sessions',
  tag,
  summary: 'Open a session',
  description: 'It keeps the team exactly as it is now.',
  headers: [IDEMPOTENCY_KEY],
  body: openSessionSchema,
  successes: [{ status: 201, description: 'The session', schema: sessionSchema, example: exampleSession }],
  problems: [
    'unknown-team',
    'invalid-team',
    'unknown-agent',
    'unknown-file',
    'message-too-large',
    'idempotency-key-reused',
    'unavailable',
  ],
  async handle(services, { principal, body, path, request }) {
    const { status, body: session } = await answerOnce(
      services,
      { principal, request, route: path, body },
      async (ids) => {
        const opened = await openSession(services, principal, body, ids);
        return { status: 201, body: await readSession(services, services.source, opened) };
      },
    );
    return { status, body: session, headers: { Location: `${path}/${(session as { id: string }).id}` } };
  },
});

const list = defineRoute({
  method: 'get',
  path: '/v1/sessions',
  tag,
  summary: 'List sessions, newest first',
  query: listSessionsQuerySchema,
  successes: [{ status: 200, description: 'A page of sessions', schema: pageOf(listedSessionSchema) }],
  problems: [],
  async handle({ store }, { principal, query }) {
    const owner = ownerSeenBy(principal);
    const page = await store.sessions.list(principal.workspace, { ...query, owner });
    return { status: 200, body: { ...page, data: page.data.map(renderListedSession) } };
  },
});

const read = defineRoute({
  method: 'get',
  path: '/v1/sessions/{session}',
  tag,
  summary: 'Read a session',
  successes: [{ status: 200, description: 'The session', schema: sessionSchema, example: exampleSession }],
  problems: ['not-found'],
  async handle(services, { principal, parameters }) {
    const found = await findSession(services.store, principal, requireParameter(parameters, 'session'));
    return { status: 200, body: await readSession(services, services.source, found) };
  },
});

const interrupt = defineRoute({
  method: 'post',
  path: '/v1/sessions/{session}/interrupt',
  tag,
  summary: 'Stop the running turn',
  description: 'What was said so far is kept. While nothing runs it changes nothing.',
  headers: [IDEMPOTENCY_KEY],
  body: interruptSchema,
  successes: [{ status: 200, description: 'The turn that was stopped', schema: interruptedSchema }],
  problems: ['not-found', 'idempotency-key-reused', 'unavailable'],
  async handle(services, { principal, parameters, body, path, request }) {
    const { id } = await findSession(services.store, principal, requireParameter(parameters, 'session'));
    return answerOnce(services, { principal, request, route: path, body }, async ({ uuid }) => {
      const answer = await unlessGone(services.gateway.interrupt(id, uuid));
      return { status: 200, body: answer ?? { turn: null, changed: false } };
    });
  },
});

const close = defineRoute({
  method: 'post',
  path: '/v1/sessions/{session}/close',
  tag,
  summary: 'Close a session',
  description: 'Its tasks are settled first. A closed session stays readable.',
  headers: [IDEMPOTENCY_KEY],
  body: closeSessionSchema,
  successes: [{ status: 200, description: 'What the session is now', schema: closedSchema }],
  problems: ['not-found', 'idempotency-key-reused', 'unavailable'],
  async handle(services, { principal, parameters, body, path, request }) {
    const { id } = await findSession(services.store, principal, requireParameter(parameters, 'session'));
    return answerOnce(services, { principal, request, route: path, body }, async ({ uuid }) => {
      const { reason = 'closed by request', tasks } = body;
      const wish = tasks === undefined ? { reason } : { reason, tasks };
      const answer = await unlessGone(services.gateway.close(id, wish, uuid));
      return { status: 200, body: answer ?? { status: 'closed', changed: false } };
    });
  },
});

const remove = defineRoute({
  method: 'delete',
  path: '/v1/sessions/{session}',
  tag,
  summary: 'Close a session and delete its rows, files and histories',
  successes: [{ status: 204, description: 'It is gone' }],
  problems: ['not-found', 'unavailable'],
  async handle(services, { principal, parameters }) {
    const found = await findSession(services.store, principal, requireParameter(parameters, 'session'));
    await deleteSession(services, found);
    return { status: 204 };
  },
});

export const sessionRoutes: Route[] = [open, list, read, interrupt, close, remove];

/** Null when there is nothing left to command. */
async function unlessGone<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof WorkflowGone) return null;
    throw error;
  }
}
