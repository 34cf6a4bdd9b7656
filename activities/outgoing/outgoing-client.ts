/**
 * The one way by which requests that a team's file or a model decides leave this process. It refuses addresses that are
 * not public after the name was resolved, at the moment of the connection, and on every redirect.
 */
import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';
import { isPrivateAddress } from './private-address.ts';

export interface OutgoingRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | null;
  signal: AbortSignal;
}

export interface OutgoingReply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

export interface OutgoingClient {
  /** Throws {@link RefusedRequest} for what is never sent; what else it throws may go well another time. */
  send(request: OutgoingRequest): Promise<OutgoingReply>;
  close(): Promise<void>;
}

/** The request is refused, by its address or by what came back. Repeating it changes nothing. */
export class RefusedRequest extends Error {}

const BODY_LIMIT = 1024 * 1024;
const REDIRECTS = 3;

/** `allowHosts`: names (or addresses) that may be private. */
export function createOutgoingClient(allowHosts: readonly string[]): OutgoingClient {
  const isAllowed = (host: string): boolean => allowHosts.includes(host.toLowerCase());
  const agent = new Agent({
    keepAliveTimeout: 10_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { lookup: createLookup(isAllowed), timeout: 10_000 },
  });
  return {
    send: (wanted) => send(agent, isAllowed, wanted),
    close: () => agent.close(),
  };
}

/** Every address of the name is looked at, and the connection goes to one of those that were. */
function createLookup(isAllowed: (host: string) => boolean): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) {
        callback(error ?? new Error('no address'), '');
        return;
      }
      const bad = addresses.find(({ address }) => isPrivateAddress(address));
      if (bad !== undefined && !isAllowed(host)) callback(privateHost(), '');
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

async function send(
  agent: Agent,
  isAllowed: (host: string) => boolean,
  { url, ...wanted }: OutgoingRequest,
): Promise<OutgoingReply> {
  let target = checkAddress(url, isAllowed);
  let next = wanted;
  for (let redirects = 0; ; redirects += 1) {
    const { signal, headers, body } = next;
    const method = next.method as Dispatcher.HttpMethod;
    const reply = await request(target, { dispatcher: agent, method, headers, body, signal }).catch(unwrap);
    const { location } = reply.headers;
    if (![301, 302, 303, 307, 308].includes(reply.statusCode) || typeof location !== 'string') {
      return { status: reply.statusCode, headers: reply.headers, text: await readBody(reply.body) };
    }
    await reply.body.dump();
    if (redirects === REDIRECTS) throw new RefusedRequest(`it redirects more than ${REDIRECTS} times`);
    const from = target;
    target = checkRedirect(location, from, isAllowed);
    next = afterRedirect(next, { status: reply.statusCode, isElsewhere: target.origin !== from.origin });
  }
}

/** undici hands on what the lookup threw, sometimes inside another error. */
function unwrap(error: unknown): never {
  const cause = error instanceof Error ? error.cause : undefined;
  throw cause instanceof RefusedRequest ? cause : error;
}

function checkAddress(url: string, isAllowed: (host: string) => boolean): URL {
  if (!URL.canParse(url)) throw new RefusedRequest('its address is not a URL');
  const target = new URL(url);
  if (!['http:', 'https:'].includes(target.protocol)) {
    throw new RefusedRequest('its address is neither http nor https');
  }
  if (target.username !== '' || target.password !== '') {
    throw new RefusedRequest('its address holds a user name or a password');
  }
  // What a URL holds as a number of any form, its parser has written out; names are looked at when they are resolved.
  const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 && isPrivateAddress(host) && !isAllowed(host)) throw privateHost();
  return target;
}

function checkRedirect(location: string, from: URL, isAllowed: (host: string) => boolean): URL {
  if (!URL.canParse(location, from.href)) throw new RefusedRequest('it redirects to what is not a URL');
  const target = checkAddress(new URL(location, from.href).href, isAllowed);
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw new RefusedRequest('it redirects from https to http');
  }
  return target;
}

/** As browsers do it: a body goes along with 307 and 308 only, and what proves who asks stays with whom it was for. */
function afterRedirect(
  { method, headers, body, signal }: Omit<OutgoingRequest, 'url'>,
  { status, isElsewhere }: { status: number; isElsewhere: boolean },
): Omit<OutgoingRequest, 'url'> {
  const keepsBody = [307, 308].includes(status) || method === 'GET';
  const isKept = (name: string): boolean =>
    (!isElsewhere || KEPT_ELSEWHERE.includes(name)) && (keepsBody || name !== 'content-type');
  return {
    method: keepsBody ? method : 'GET',
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => isKept(name))),
    body: keepsBody ? body : null,
    signal,
  };
}

const KEPT_ELSEWHERE = [
  'accept',
  'content-type',
  'user-agent',
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
];

async function readBody(body: Dispatcher.ResponseData['body']): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_LIMIT) throw new RefusedRequest(`its answer is larger than ${BODY_LIMIT} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function privateHost(): RefusedRequest {
  return new RefusedRequest(
    'its address is not a public one; the operator may allow the host by its name: OFFSTAGE_ALLOW_HOSTS',
  );
}
