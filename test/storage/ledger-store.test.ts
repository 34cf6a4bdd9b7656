import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CallToReserve } from '../../storage/ledger-store.ts';
import type { Store } from '../../storage/store.ts';
import { inSession, makeFinish, makeTask, WORKSPACE } from './store-fixture.ts';
import { useSession } from './use-session.ts';

const here = useSession();
let store: Store;
let session: string;

beforeEach(() => {
  ({ store, session } = here());
});

const LATER = Number.MAX_SAFE_INTEGER;

function makeCall(change: Partial<CallToReserve> = {}): CallToReserve {
  const budgets = { tree: { tokens: 1000 } };
  return {
    ...{ turn: 1, step: 1, budgets, now: 1_000 },
    ...{ tokens: 300, costUsd: 0, isFirst: false, expiresAt: LATER },
    ...change,
  };
}

const reserve = (task: string | null, change: Partial<CallToReserve> = {}) =>
  store.ledger.reserve(inSession(session, task), makeCall(change));
const settle = (task: string | null, tokens: number | null, change: Partial<CallToReserve> = {}) =>
  store.ledger.settle(inSession(session, task), makeCall(change), { tokens, costUsd: null });
const usedOf = async (task: string | null) => (await store.ledger.read(inSession(session, task)))?.used;

describe('a reservation', () => {
  it('is made once for a step, however often it is tried', async () => {
    expect(await reserve('t1')).toBeNull();
    expect(await reserve('t1')).toBeNull();
    expect(await reserve('t2')).toBeNull();
    expect(await reserve('t3')).toBeNull();
    expect(await reserve('t4')).toMatchObject({
      mayPass: true,
      use: { scope: 'tree', unit: 'tokens', used: 0, limit: 1000 },
    });
  });

  it('is charged once, with what the call used, and with itself where that is not known', async () => {
    await reserve('t1');
    await settle('t1', 120);
    await settle('t1', 120);
    expect(await usedOf(null)).toMatchObject({ tokens: 120 });
    await reserve('t1', { step: 2 });
    await settle('t1', null, { step: 2 });
    expect(await usedOf(null)).toMatchObject({ tokens: 420 });
  });

  it('is not kept by a call that failed, by an earlier step, by a task that ended, nor for ever', async () => {
    const fits = () => reserve(null, { tokens: 1000, now: 2_000 });
    await reserve('t1');
    await store.ledger.release(inSession(session, 't1'), { turn: 1, step: 1 });
    await reserve('t2');
    await reserve('t2', { step: 2, tokens: 0 });
    await store.tasks.open(makeTask(session, 't3'));
    await reserve('t3');
    await store.tasks.finish(makeFinish(session, 't3'));
    await reserve('t4', { expiresAt: 1_500 });
    expect(await fits()).toBeNull();
  });

  it('is refused for good where what is used leaves no room for it, but the first call of a task is made', async () => {
    await reserve('t1');
    await settle('t1', 800);
    expect(await reserve('t1', { step: 2 })).toMatchObject({ mayPass: false });
    expect(await reserve('t2', { isFirst: true })).toBeNull();
    expect(await reserve('t3', { isFirst: true })).toMatchObject({ mayPass: true });
    await settle('t2', 200);
    expect(await reserve('t3', { isFirst: true })).toMatchObject({ mayPass: false });
  });
});

describe('a budget', () => {
  it('of a task and the one of its tree are both charged, and the nearer end is told', async () => {
    const budgets = { tree: { tokens: 10_000 }, task: { tokens: 500, costUsd: 1 } };
    await reserve('t1', { budgets, costUsd: 0.9 });
    expect(await settle('t1', 399, { budgets })).toMatchObject({ scope: 'task', unit: 'costUsd', used: 0.9 });
    expect(await usedOf('t1')).toEqual({ tokens: 399, costUsd: 0.9, seconds: 0 });
    expect(await usedOf(null)).toMatchObject({ tokens: 399 });
    expect(await reserve('t2', { budgets: { tree: budgets.tree } })).toBeNull();
  });

  it('of seconds counts the time of calls, those that run too', async () => {
    const budgets = { tree: { seconds: 10 } };
    await reserve('t1', { budgets });
    expect(await reserve('t2', { budgets, now: 12_000 })).toMatchObject({
      mayPass: true,
      use: { unit: 'seconds' },
    });
    expect(await settle('t1', 5, { budgets, now: 9_500 })).toMatchObject({ unit: 'seconds', used: 8.5 });
    expect(await reserve('t2', { budgets, now: 12_000 })).toBeNull();
  });

  it('is extended once by a request, also before anything was spent, and who did it is kept', async () => {
    const budgets = { tree: { tokens: 1000, seconds: 9 } };
    const more = { request: 'one', by: 'ann', at: 7, limits: { tokens: 5000 } };
    await store.ledger.extend(inSession(session), budgets.tree, more);
    await store.ledger.extend(inSession(session), budgets.tree, {
      ...more,
      ...{ at: 8, limits: { tokens: 6000 } },
    });
    expect(await store.ledger.read({ workspace: WORKSPACE, session, task: null })).toEqual({
      limits: { tokens: 5000, seconds: 9 },
      used: { tokens: 0, costUsd: 0, seconds: 0 },
      extensions: [more],
    });
    expect(await reserve('t1', { budgets, tokens: 4000 })).toBeNull();
  });
});
