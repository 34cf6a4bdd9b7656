/** Each request has an id, a line in the log and its place in the numbers: by its route, without what it said. */
import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { Counter, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

/** What a proxy in front may have given it; anything else is replaced. */
const REQUEST_ID = /^[\w.-]{1,64}$/;
/** Ids that appear in paths. Whatever else stands there is the client's words. */
const ID = /^(ses|file)_[0-9a-f]{28}$|^agent_task_[0-9a-f-]{36}$/;

export function observeRequests(logger: Logger, registry: Registry): RequestHandler {
  const registers = [registry];
  const requests = new Counter({
    name: 'offstage_http_requests_total',
    help: 'Requests, by route and status; aborted: the client left before the answer',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'offstage_http_request_duration_seconds',
    help: 'How long requests took, without streams and requests that were asked to wait',
    labelNames: ['method', 'route'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  return (request, response, next) => {
    const begin = performance.now();
    const { method } = request;
    const given = request.get('x-request-id') ?? '';
    response.locals['requestId'] = REQUEST_ID.test(given) ? given : randomUUID();
    response.setHeader('X-Request-Id', response.locals['requestId'] as string);
    response.once('close', () => {
      const route = routeOf(response);
      const status = response.headersSent ? response.statusCode : 'aborted';
      const ms = performance.now() - begin;
      requests.inc({ method, route, status });
      if (isPrompt(response)) durations.observe({ method, route }, ms / 1000);
      const level = typeof status === 'number' && status >= 500 ? 'warn' : 'debug';
      logger[level]({ ...describeRequest(method, response), status, ms: Math.round(ms) }, 'a request ended');
    });
    next();
  };
}

/** Tells which route answers. */
export function nameRoute(response: Response, route: string, parameters: Record<string, unknown>): void {
  const ids = Object.entries(parameters).filter(([, value]) => typeof value === 'string' && ID.test(value));
  response.locals['route'] = route;
  response.locals['ids'] = Object.fromEntries(ids);
}

/** For the log: ids and names alone; `reason`: why a part of Offstage was away. */
export function describeRequest(method: string, { locals }: Response): Record<string, unknown> {
  const { requestId: request, route, ids, reason } = locals;
  return { request, method, route, ...(ids as object), ...(reason === undefined ? {} : { reason }) };
}

function routeOf({ locals }: Response): string {
  return (locals['route'] as string | undefined) ?? 'none';
}

function isPrompt(response: Response): boolean {
  const isStream = String(response.getHeader('content-type')).startsWith('text/event-stream');
  return response.headersSent && !isStream && !response.hasHeader('preference-applied');
}
