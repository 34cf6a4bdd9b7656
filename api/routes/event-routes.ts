import { eventSchema, liveEventSchema } from '../../protocol/schemas/event.ts';
import { pageOf } from '../../protocol/schemas/page.ts';
import { eventsQuerySchema } from '../../protocol/schemas/queries.ts';
import { findSession, findTask } from '../conversations/find-conversation.ts';
import { defineRoute, requireParameter } from '../http/route.ts';
import type { HeaderParameter, Route, Success } from '../http/route.ts';
import { serveEvents } from '../feed/serve-events.ts';

const tag = 'Events';
const description =
  'As server-sent events: the `id` is the offset, and after a break `Last-Event-ID` goes on behind it. Events ' +
  'without id (`delta`, `attempt.reset`, `task.progress`) are live only. With `Accept: application/json` a page.';

const lastEventId: HeaderParameter = {
  name: 'Last-Event-ID',
  description: 'The offset of the last event that was seen.',
  example: '17',
};

const successes: Success[] = [
  { status: 200, description: 'A page of events', schema: pageOf(eventSchema) },
  {
    status: 200,
    description: 'The feed, and what comes',
    mediaType: 'text/event-stream',
    schema: liveEventSchema.or(eventSchema),
  },
  { status: 204, description: 'The conversation is over, and everything was read' },
];

const ofSession = defineRoute({
  method: 'get',
  path: '/v1/sessions/{session}/events',
  tag,
  summary: 'Follow a session',
  description,
  headers: [lastEventId],
  query: eventsQuerySchema,
  successes,
  problems: ['not-found'],
  async handle(services, { principal, parameters, query, request, response }) {
    const { id } = await findSession(services.store, principal, requireParameter(parameters, 'session'));
    return serveEvents(services, { id, query, request, response });
  },
});

const ofTask = defineRoute({
  method: 'get',
  path: '/v1/sessions/{session}/tasks/{task}/events',
  tag,
  summary: 'Follow a task',
  description,
  headers: [lastEventId],
  query: eventsQuerySchema,
  successes,
  problems: ['not-found'],
  async handle(services, { principal, parameters, query, request, response }) {
    const session = requireParameter(parameters, 'session');
    const task = requireParameter(parameters, 'task');
    const { id } = await findTask(services, principal, { session, task });
    return serveEvents(services, { id, query, request, response });
  },
});

export const eventRoutes: Route[] = [ofSession, ofTask];
