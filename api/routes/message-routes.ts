import { pageOf } from '../../protocol/schemas/page.ts';
import { pageQuerySchema } from '../../protocol/schemas/queries.ts';
import { sendMessageSchema } from '../../protocol/schemas/requests.ts';
import {
  acknowledgementSchema,
  answeredMessageSchema,
  messageSchema,
} from '../../protocol/schemas/resources.ts';
import { exampleMessage } from '../documentation/examples.ts';
import { findSession } from '../conversations/find-conversation.ts';
import { readIdempotencyKey } from '../http/idempotency.ts';
import { readMessages } from '../conversations/read-messages.ts';
import { defineRoute, IDEMPOTENCY_KEY, requireParameter } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { sendMessage } from '../conversations/send-message.ts';
import { readWaitPreference, waitForTurn } from '../feed/wait-for-turn.ts';
import { streamTurn } from '../feed/stream-turn.ts';

const tag = 'Messages';

const send = defineRoute({
  method: 'post',
  path: '/v1/sessions/{session}/messages',
  tag,
  summary: 'Send a message',
  description:
    'Answered as soon as the message is accepted. With `Prefer: wait=30` the answer comes with the end of the turn, ' +
    'if that is within so many seconds; with `Accept: text/event-stream` the turn comes as a stream.',
  headers: [
    IDEMPOTENCY_KEY,
    { name: 'Prefer', description: 'How many seconds to wait for the end of the turn.', example: 'wait=30' },
  ],
  body: sendMessageSchema,
  successes: [
    {
      status: 202,
      description: 'The message was accepted',
      schema: acknowledgementSchema,
      example: { message: exampleMessage.id, turn: 1, offset: 3 },
    },
    { status: 200, description: 'The turn has ended', schema: answeredMessageSchema },
    { status: 200, description: 'The turn as a stream', mediaType: 'text/event-stream' },
  ],
  problems: [
    'not-found',
    'unknown-file',
    'message-too-large',
    'idempotency-key-reused',
    'session-closed',
    'inbox-full',
    'unavailable',
  ],
  async handle(services, { principal, parameters, body, request, response }) {
    const found = await findSession(services.store, principal, requireParameter(parameters, 'session'));
    const sender = { principal, key: readIdempotencyKey(request) };
    const deliver = (signal?: AbortSignal) => sendMessage(services, sender, found, body, signal);
    const acknowledge = async () => (await deliver()).acknowledgement;
    if (request.accepts(['application/json', 'text/event-stream']) === 'text/event-stream') {
      const unwatched = await streamTurn(services, { id: found.id, deliver: acknowledge, response });
      return unwatched === null ? undefined : { status: 202, body: unwatched };
    }
    const seconds = readWaitPreference(request);
    if (seconds === null) return { status: 202, body: await acknowledge() };
    const wait = { id: found.id, deliver, seconds, response };
    const { acknowledgement, answered } = await waitForTurn(services, wait);
    const headers = { 'Preference-Applied': `wait=${seconds}` };
    if (answered === null) return { status: 202, body: acknowledgement, headers };
    return { status: 200, body: answered, headers };
  },
});

const list = defineRoute({
  method: 'get',
  path: '/v1/sessions/{session}/messages',
  tag,
  summary: 'Read the transcript',
  query: pageQuerySchema,
  successes: [
    { status: 200, description: 'A page of messages, oldest first', schema: pageOf(messageSchema) },
  ],
  problems: ['not-found'],
  async handle({ store, source }, { principal, parameters, query }) {
    const { id } = await findSession(store, principal, requireParameter(parameters, 'session'));
    return { status: 200, body: await readMessages(store, source, id, query) };
  },
});

export const messageRoutes: Route[] = [send, list];
