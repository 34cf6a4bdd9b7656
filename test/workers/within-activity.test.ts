import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { withinActivity } from '../../workers/within-activity.ts';
import { runInActivity } from '../support/run-in-activity.ts';

/** Remembers what its calls are bound by. */
function createClient(): Client & { signal?: AbortSignal; deadline?: number } {
  const client = {
    withAbortSignal(signal: AbortSignal, run: () => Promise<unknown>) {
      Object.assign(client, { signal });
      return run();
    },
    withDeadline(deadline: number, run: () => Promise<unknown>) {
      Object.assign(client, { deadline });
      return run();
    },
  };
  return client as unknown as Client;
}

const never = () => new Promise<never>(() => undefined);

describe('a call to Temporal from an activity', () => {
  it('gives its answer, and leaves nothing at the activity, which may make many', async () => {
    const activity = new AbortController();
    const answer = runInActivity(
      () => withinActivity(createClient(), 1_000, () => Promise.resolve('yes')),
      activity.signal,
    );
    expect(await answer).toBe('yes');
    expect(getEventListeners(activity.signal, 'abort')).toEqual([]);
  });

  it('has a deadline', async () => {
    const client = createClient();
    const from = Date.now();
    await runInActivity(() => withinActivity(client, 1_000, () => Promise.resolve()));
    expect(client.deadline).toBeGreaterThanOrEqual(from + 1_000);
  });

  it('ends with the activity, as it does, and is given up', async () => {
    const activity = new AbortController();
    const client = createClient();
    const answer = runInActivity(() => withinActivity(client, 1_000, never), activity.signal);
    const end = new Error('the worker shuts down');
    activity.abort(end);
    await expect(answer).rejects.toBe(end);
    expect(client.signal?.aborted).toBe(true);
  });

  it('is not made by an activity that is over', async () => {
    const end = new Error('cancelled');
    let calls = 0;
    const call = () => Promise.resolve((calls += 1));
    const answer = runInActivity(() => withinActivity(createClient(), 1_000, call), AbortSignal.abort(end));
    await expect(answer).rejects.toBe(end);
    expect(calls).toBe(0);
  });

  it('gives its own failure', async () => {
    const failure = new Error('away');
    const answer = runInActivity(() => withinActivity(createClient(), 1_000, () => Promise.reject(failure)));
    await expect(answer).rejects.toBe(failure);
  });
});
