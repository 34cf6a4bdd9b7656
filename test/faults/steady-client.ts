/** A client that does not give up: it repeats a request with its key until there is an answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../support/product-client.ts';

export interface SteadyAnswer {
  status: number;
  body: Json;
  tries: number;
  /** From the first try to the answer. */
  tookMs: number;
}

const TRY_TIMEOUT_MS = 20_000;
const PAUSE_MS = 250;
const GIVE_UP_MS = 180_000;

/** `headers`: beside those that each request has. */
export async function postSteadily(
  url: string,
  path: string,
  body: unknown,
  key: string,
  headers: Record<string, string> = {},
): Promise<SteadyAnswer> {
  const begin = Date.now();
  for (let tries = 1; ; tries += 1) {
    const answer = await tryPost(`${url}${path}`, body, { ...headers, 'idempotency-key': key });
    const tookMs = Date.now() - begin;
    if (answer !== null) return { ...answer, tries, tookMs };
    if (tookMs > GIVE_UP_MS) throw new Error(`${path} had no answer within ${GIVE_UP_MS} ms`);
    await sleep(PAUSE_MS);
  }
}

/** Null where the same request may have an answer later. */
async function tryPost(
  address: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<{ status: number; body: Json } | null> {
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TRY_TIMEOUT_MS),
    });
    const answer = (await response.json()) as Json;
    if (response.status === 503 || response.status === 429) return null;
    return { status: response.status, body: answer };
  } catch {
    return null;
  }
}

/** All pages of a list, asked for until they come. */
export async function readSteadily(url: string, path: string): Promise<Json[]> {
  const all: Json[] = [];
  const begin = Date.now();
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const page = await tryGet(`${url}${path}${query}`);
    if (page === null) {
      if (Date.now() - begin > GIVE_UP_MS) throw new Error(`${path} was not told in ${GIVE_UP_MS} ms`);
      await sleep(PAUSE_MS);
      continue;
    }
    all.push(...page.data);
    cursor = page.nextCursor;
  }
  return all;
}

/** Null where it is to be asked again. */
async function tryGet(address: string): Promise<Json | null> {
  try {
    const headers = { accept: 'application/json' };
    const response = await fetch(address, { headers, signal: AbortSignal.timeout(TRY_TIMEOUT_MS) });
    const body = (await response.json()) as Json;
    // What the store has while Temporal is away is not the whole.
    return response.status === 200 && body.stale !== true ? body : null;
  } catch {
    return null;
  }
}
