/**
 * `Idempotency-Key`: the same key and body get the same answer and have one effect; the same key with another body
 * is refused. A key belongs to the principal and the route. Spec: api.md, "Idempotency".
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from 'express';
import type { ApiDependencies } from '../dependencies.ts';
import type { RequestKey } from '../../storage/request-store.ts';
import { Problem } from './problem.ts';
import type { Principal } from '../principal.ts';

export interface Answer {
  status: number;
  body: unknown;
}

/** Ids for what a request creates. With a key they follow from it, so that a repeat after a crash makes the same. */
export interface RequestIds {
  /** When the request was first made, in milliseconds since 1970. */
  at: number;
  uuid: string;
}

const WAIT_MS = 10_000;
const LOOK_EVERY_MS = 50;
/** Well below the time after which the store takes a request for given up. */
const RENEW_EVERY_MS = 1_500;
const MESSAGE_ID = /^msg_[0-9a-f]{28}$/;

export function readIdempotencyKey(request: Request): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && /^[\x21-\x7e][\x20-\x7e]{0,199}$/.test(key)) return key;
  throw new Problem('malformed-request', 'The Idempotency-Key must have 1 to 200 printable ASCII characters');
}

/** `route`: the path with its ids. `answer` may be called again for a request whose process died on the way. */
export async function answerOnce(
  { store, clock, newId }: Pick<ApiDependencies, 'store' | 'clock' | 'newId'>,
  {
    principal,
    request,
    route,
    body,
  }: { principal: Principal; request: Request; route: string; body: unknown },
  answer: (ids: RequestIds) => Promise<Answer>,
): Promise<Answer> {
  const key = readIdempotencyKey(request);
  if (key === null) return answer({ at: clock(), uuid: newId() });
  const { workspace, name } = principal;
  const requestKey = { workspace, principal: name, route, key };
  const end = clock() + WAIT_MS;
  for (;;) {
    const known = await store.requests.begin<Answer>(requestKey, hashBody(body), clock());
    if (known.state === 'same') return known.response;
    if (known.state === 'conflict') throw keyReused(key);
    if (known.state === 'new') {
      return complete({ store, clock }, requestKey, () =>
        answer({ at: known.since, uuid: toUuid(workspace, name, route, key) }),
      );
    }
    if (clock() >= end) {
      throw new Problem(
        'unavailable',
        'The first request with this Idempotency-Key is still being answered',
        {
          headers: { 'Retry-After': '5' },
        },
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
}

async function complete(
  { store, clock }: Pick<ApiDependencies, 'store' | 'clock'>,
  requestKey: RequestKey,
  answer: () => Promise<Answer>,
): Promise<Answer> {
  // Whoever repeats the request knows by this that it must wait, and not that this process has died.
  const alive = setInterval(() => {
    store.requests.renew(requestKey, clock()).catch(() => undefined);
  }, RENEW_EVERY_MS);
  try {
    return await store.requests.complete(requestKey, await answer());
  } catch (error) {
    // A refusal changed nothing, so the key is free again. What failed otherwise may have had its effect, or will: a
    // repeat goes on with the same ids. A store that is away learns of it by the silence.
    const isRefused = error instanceof Problem && error.status < 500;
    await store.requests[isRefused ? 'abandon' : 'release'](requestKey).catch(() => undefined);
    throw error;
  } finally {
    clearInterval(alive);
  }
}

/**
 * The id of a message: what the client chose, in our form. An id of ours as the key is taken as it is, so that a
 * message whose answer got lost can be sent again by the id that was told.
 */
export function toMessageIdUuid(
  { name }: Principal,
  scope: string,
  key: string,
): { id: string } | { uuid: string } {
  return MESSAGE_ID.test(key) ? { id: key } : { uuid: toUuid(scope, name, key) };
}

export function keyReused(key: string): Problem {
  return new Problem(
    'idempotency-key-reused',
    `The Idempotency-Key ${key} was used with another body: choose a new key for a new request`,
  );
}

/** 8 bytes (hex) of sha256 over the canonical form, in which the order of fields does not count: it goes into history. */
export function hashBody(body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sortKeys(body)) ?? '')
    .digest('hex')
    .slice(0, 16);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}

function toUuid(...parts: string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
