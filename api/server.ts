/** The HTTP API: an Express application, and the server that it listens with. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Express, RequestHandler } from 'express';
import { ALL_ROUTES } from './all-routes.ts';
import { isLoopbackName } from '../config/is-loopback-name.ts';
import type { ApiDependencies } from './dependencies.ts';
import { closeForgottenSessions } from './feed/close-forgotten-sessions.ts';
import { mountDocs } from './documentation/docs-page.ts';
import { prepareEnd } from './http/end-server.ts';
import { mountRoutes } from './http/mount-routes.ts';
import { observeRequests } from './http/observe-requests.ts';
import { guardOrigin } from './http/origin-guard.ts';
import { Problem } from './http/problem.ts';
import { createProblemHandler, refuseUnknownRoute } from './http/send-problem.ts';
import { createServices } from './services.ts';

export interface Api {
  app: Express;
  /** Port 0 takes a free one. Rejects with the system's error when the port is taken. */
  listen(place: { host: string; port: number }): Promise<{ host: string; port: number; url: string }>;
  /** Takes no new requests, lets those that run end, and tells streams to come back. */
  close(): Promise<void>;
}

/** What still runs after so long is cut off. */
const GRACE_MS = 10_000;

export function createApi(dependencies: ApiDependencies): Api {
  const ending = new AbortController();
  const services = createServices(dependencies, ending.signal);
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(
    observeRequests(dependencies.logger, dependencies.registry),
    ...(dependencies.keys === null ? [guardOrigin] : []),
    setSafeHeaders,
    (_request, response, next) => {
      if (ending.signal.aborted) {
        response.setHeader('Connection', 'close');
        throw new Problem('unavailable', 'This process is ending. Try again', {
          headers: { 'Retry-After': '1' },
        });
      }
      next();
    },
  );
  mountRoutes(app, ALL_ROUTES, services);
  mountDocs(app);
  app.use(refuseUnknownRoute);
  app.use(createProblemHandler(dependencies.logger));
  const server = createServer(app);
  const endServer = prepareEnd(server, GRACE_MS);
  return {
    app,
    async listen({ host, port }) {
      if (dependencies.keys === null) requireLoopback(host);
      const place = await listen(server, host, port);
      closeForgottenSessions(services);
      return place;
    },
    async close() {
      ending.abort();
      await endServer();
    },
  };
}

const setSafeHeaders: RequestHandler = (_request, response, next) => {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  next();
};

function requireLoopback(host: string): void {
  if (isLoopbackName(host)) return;
  throw new Error(
    `Without access keys the API listens on this machine only: ${host} is not a loopback address. Use 127.0.0.1, or ` +
      'make a key ("offstage keys create") and name its file with OFFSTAGE_KEYS',
  );
}

function listen(
  server: Server,
  host: string,
  port: number,
): Promise<{ host: string; port: number; url: string }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address() as AddressInfo;
      const name = host.includes(':') ? `[${host}]` : host;
      resolve({ host, port: address.port, url: `http://${name}:${address.port}` });
    });
  });
}
