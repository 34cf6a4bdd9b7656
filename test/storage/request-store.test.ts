import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Store } from '../../storage/store.ts';
import { openStore } from '../../storage/store.ts';
import { WORKSPACE } from './store-fixture.ts';
import { makeStorePlace } from './store-place.ts';

const HOUR = 3600 * 1000;
let store: Store;

beforeAll(async () => {
  store = await openStore(await makeStorePlace());
});

afterAll(() => store.close());

const makeKey = (key: string) => ({
  workspace: WORKSPACE,
  principal: 'local',
  route: 'POST /v1/sessions',
  key,
});

describe('a request with an idempotency key', () => {
  it('is new once, then in progress, then has its response', async () => {
    const key = makeKey('a');
    expect(await store.requests.begin(key, 'h', 1)).toEqual({ state: 'new', since: 1 });
    expect(await store.requests.begin(key, 'h', 2)).toEqual({ state: 'in_progress' });
    expect(await store.requests.complete(key, { status: 201 })).toEqual({ status: 201 });
    expect(await store.requests.complete(key, { status: 500 })).toEqual({ status: 201 });
    expect(await store.requests.begin(key, 'h', 3)).toEqual({ state: 'same', response: { status: 201 } });
  });

  it('is new to one of two that come at once', async () => {
    const states = await Promise.all([1, 2].map(() => store.requests.begin(makeKey('twice'), 'h', 1)));
    expect(states.map(({ state }) => state).sort()).toEqual(['in_progress', 'new']);
  });

  it('conflicts when it comes with another body', async () => {
    await store.requests.begin(makeKey('b'), 'h1', 1);
    expect(await store.requests.begin(makeKey('b'), 'h2', 2)).toEqual({ state: 'conflict' });
  });

  it('belongs to its workspace, principal and route', async () => {
    await store.requests.begin(makeKey('c'), 'h', 1);
    for (const change of [{ workspace: 'w' }, { principal: 'p' }, { route: 'r' }]) {
      expect(await store.requests.begin({ ...makeKey('c'), ...change }, 'x', 1)).toMatchObject({
        state: 'new',
      });
    }
  });

  it('is forgotten after 24 hours', async () => {
    await store.requests.begin(makeKey('d'), 'h', 0);
    await store.requests.complete(makeKey('d'), {});
    expect(await store.requests.begin(makeKey('d'), 'h2', 24 * HOUR - 1)).toEqual({ state: 'conflict' });
    expect(await store.requests.begin(makeKey('d'), 'h2', 24 * HOUR)).toMatchObject({ state: 'new' });
  });

  it('may be tried again when whoever began it fell silent, and tells when it was first asked', async () => {
    await store.requests.begin(makeKey('e'), 'h', 5);
    await store.requests.renew(makeKey('e'), 4_005);
    expect(await store.requests.begin(makeKey('e'), 'h', 10_004)).toEqual({ state: 'in_progress' });
    expect(await store.requests.begin(makeKey('e'), 'h', 10_005)).toEqual({ state: 'new', since: 5 });
    expect(await store.requests.begin(makeKey('e'), 'h', 10_006)).toEqual({ state: 'in_progress' });
  });

  it('may be released without an answer: the same one goes on at once, another body stays refused', async () => {
    const now = 100_000;
    await store.requests.begin(makeKey('g'), 'h', now);
    await store.requests.release(makeKey('g'));
    expect(await store.requests.begin(makeKey('g'), 'other', now + 1)).toEqual({ state: 'conflict' });
    expect(await store.requests.begin(makeKey('g'), 'h', now + 1)).toEqual({ state: 'new', since: now });
    await store.requests.complete(makeKey('g'), {});
    await store.requests.release(makeKey('g'));
    expect(await store.requests.begin(makeKey('g'), 'h', now + 2)).toEqual({ state: 'same', response: {} });
  });

  it('may be abandoned while it has no response', async () => {
    await store.requests.begin(makeKey('f'), 'h', 1);
    await store.requests.abandon(makeKey('f'));
    expect(await store.requests.begin(makeKey('f'), 'other', 2)).toMatchObject({ state: 'new' });
    await store.requests.complete(makeKey('f'), {});
    await store.requests.abandon(makeKey('f'));
    expect(await store.requests.begin(makeKey('f'), 'other', 3)).toEqual({ state: 'same', response: {} });
  });
});
