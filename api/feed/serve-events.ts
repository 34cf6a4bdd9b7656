/** The feed of a conversation over HTTP: as a stream, or as pages. */
import type { Request, Response } from 'express';
import type { ConversationId } from '../../protocol/ids.ts';
import type { EventsQuery } from '../../protocol/schemas/queries.ts';
import { TemporalAway } from '../gateway/failures.ts';
import { Problem } from '../http/problem.ts';
import type { Outgoing } from '../http/route.ts';
import type { Services } from '../services.ts';
import { writeStream } from './write-stream.ts';

interface EventsRequest {
  id: ConversationId;
  query: EventsQuery;
  request: Request;
  response: Response;
}

export async function serveEvents(services: Services, events: EventsRequest): Promise<Outgoing> {
  const { id, query, request, response } = events;
  const from = readLastEventId(request) ?? query.from ?? readCursor(query.cursor) ?? 1;
  // A client that names no type gets the stream: it is what the route is for.
  if (request.accepts(['text/event-stream', 'application/json']) === 'application/json') {
    return servePage(services, id, from, query.limit);
  }
  // An EventSource comes back for ever; 204 tells it that there is nothing to come back for.
  if (await isReadToTheEnd(services, id, from)) return { status: 204 };
  if (request.method === 'HEAD') return { status: 200 };
  const reader = await services.feeds.open(id, from);
  await writeStream(response, reader, { shutDown: services.shutDown });
  return undefined;
}

async function servePage(
  { source }: Services,
  id: ConversationId,
  from: number | 'latest',
  limit: number,
): Promise<Outgoing> {
  try {
    const first = from === 'latest' ? (await source.findHead(id)).offset + 1 : from;
    const page = await source.readPage(id, first, limit);
    return { status: 200, body: toPage(page) };
  } catch (error) {
    if (!(error instanceof TemporalAway)) throw error;
    const first = from === 'latest' ? (await source.findStoredHead(id)).offset + 1 : from;
    const page = await source.readPage(id, first, limit, { storedOnly: true });
    return { status: 200, body: { ...toPage(page), stale: true } };
  }
}

function toPage({ events, isAtHead }: { events: { offset: number }[]; isAtHead: boolean }) {
  const last = events.at(-1);
  return { data: events, nextCursor: isAtHead || last === undefined ? null : String(last.offset + 1) };
}

async function isReadToTheEnd(
  { source }: Services,
  id: ConversationId,
  from: number | 'latest',
): Promise<boolean> {
  if (!(await source.isOver(id))) return false;
  return from === 'latest' || from > (await source.findStoredHead(id)).offset;
}

function readLastEventId(request: Request): number | null {
  const value = request.get('last-event-id');
  if (value === undefined || value === '') return null;
  if (!/^\d{1,15}$/.test(value)) {
    throw new Problem('malformed-request', 'Last-Event-ID must be an offset, such as 17');
  }
  return Number(value) + 1;
}

function readCursor(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  const offset = /^\d{1,15}$/.test(cursor) ? Number(cursor) : 0;
  if (offset > 0) return offset;
  const message = 'must be the nextCursor of the page before';
  throw new Problem('invalid-request', `The query string has a mistake: cursor ${message}`, {
    errors: [{ path: 'cursor', message }],
  });
}
