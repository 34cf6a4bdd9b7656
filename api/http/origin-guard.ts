/**
 * While there are no keys, every request is the development principal's, so no web page may use the API: the
 * Host must be a loopback name (a page that rebinds its own name to 127.0.0.1 sends that name), and a request of
 * another origin is refused. Spec: trust.md.
 */
import type { RequestHandler } from 'express';
import { isLoopbackName } from '../../config/is-loopback-name.ts';
import { Problem } from './problem.ts';

export const guardOrigin: RequestHandler = (request, _response, next) => {
  const host = request.headers.host;
  if (host === undefined || !isLoopbackHost(host)) {
    throw new Problem(
      'foreign-host',
      'Without keys Offstage answers this machine only: use http://127.0.0.1 or http://localhost with the port that it printed at start',
    );
  }
  const origin = request.headers.origin;
  if (origin !== undefined && !isLoopbackOrigin(origin)) throw foreignOrigin();
  const site = request.headers['sec-fetch-site'];
  // `same-site` is what a page on another port of this machine sends, and its Origin was checked above.
  if (site === 'cross-site') throw foreignOrigin();
  next();
};

function foreignOrigin(): Problem {
  return new Problem(
    'foreign-origin',
    'Without keys Offstage takes no requests from web pages of other origins: call it from a program, or from a page on this machine',
  );
}

function isLoopbackOrigin(origin: string): boolean {
  const match = /^https?:\/\/([^/]+)$/i.exec(origin);
  return match?.[1] !== undefined && isLoopbackHost(match[1]);
}

function isLoopbackHost(host: string): boolean {
  const match = /^(\[[0-9a-f:.]+\]|[^:]+)(?::\d{1,5})?$/i.exec(host);
  return match?.[1] !== undefined && isLoopbackName(match[1]);
}
