/** Gives Express the routes, with everything around a handler: body, validation, methods that are not allowed. */
import express from 'express';
import type { Express, Request, RequestHandler, Response } from 'express';
import { createAuthentication } from './authenticate.ts';
import { hasDeepNesting } from './has-deep-nesting.ts';
import { nameRoute } from './observe-requests.ts';
import { NOBODY, readPrincipal } from '../principal.ts';
import { Problem } from './problem.ts';
import type { Outgoing, Route } from './route.ts';
import { refuseOtherMethods } from './send-problem.ts';
import type { Services } from '../services.ts';
import { validate } from './validate.ts';

/** A message has up to 64 KiB of text and a team file may come along. Files have a route of their own. */
const BODY_BYTES = 1024 * 1024;
const NESTING = 100;

export function mountRoutes(app: Express, routes: readonly Route[], services: Services): void {
  const authenticate = createAuthentication(services.keys);
  for (const [path, ofPath] of groupByPath(routes)) {
    const mounted = app.route(toExpressPath(path));
    for (const route of ofPath) {
      // First the key: nobody else's body is read.
      const before = [nameRequest(route)];
      if (route.isOpen !== true) before.push(authenticate);
      if (route.otherBody === undefined) before.push(...readJsonBody(route));
      mounted[route.method](...before, createHandler(route, services));
    }
    const methods = ofPath.map((route) => route.method.toUpperCase());
    mounted.all(refuseOtherMethods(...methods, ...(methods.includes('GET') ? ['HEAD'] : [])));
  }
}

/** First of all, so that a body that cannot be read belongs to a route too. */
function nameRequest({ path }: Route): RequestHandler {
  return (request, response, next) => {
    nameRoute(response, path, request.params);
    next();
  };
}

function createHandler(route: Route, services: Services): RequestHandler {
  return async (request, response) => {
    const query = route.query === undefined ? {} : validate(route.query, { ...request.query }, 'query');
    const body = route.body === undefined ? undefined : validate(route.body, request.body ?? {});
    const parameters = request.params as Record<string, string>;
    const principal = route.isOpen === true ? NOBODY : readPrincipal(response);
    const { path } = request;
    send(
      response,
      await route.handle(services, { principal, parameters, query, body, path, request, response }),
    );
  };
}

function send(response: Response, outgoing: Outgoing): void {
  if (outgoing === undefined) return;
  const { status, body, headers = {} } = outgoing;
  response.status(status);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  // What a conversation says is nobody's to keep on the way.
  response.setHeader('Cache-Control', 'no-store');
  if (body === undefined) response.end();
  else response.json(body);
}

function readJsonBody(route: Route): RequestHandler[] {
  if (route.method === 'get') return [];
  const types = ['application/json', 'application/*+json'];
  return [
    express.json({ limit: BODY_BYTES, strict: false, type: types }),
    (request, _response, next) => {
      if (hasBody(request) && request.body === undefined && !request.is(types)) {
        throw new Problem(
          'unsupported-media-type',
          'Send the body as JSON, with Content-Type: application/json',
        );
      }
      if (hasDeepNesting(request.body, NESTING)) {
        throw new Problem('malformed-request', `The body may be nested at most ${NESTING} levels deep`);
      }
      next();
    },
  ];
}

function hasBody(request: Request): boolean {
  return (
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  );
}

function groupByPath(routes: readonly Route[]): Map<string, Route[]> {
  const groups = new Map<string, Route[]>();
  for (const route of routes) groups.set(route.path, [...(groups.get(route.path) ?? []), route]);
  return groups;
}

function toExpressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}
