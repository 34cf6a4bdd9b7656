import { describe, expect, it } from '@jest/globals';
import { runWorker } from '../../workers/run-worker.ts';

const options = { taskQueue: 'offstage' };

describe('a worker that runs', () => {
  it('has ended when it says so', async () => {
    await runWorker({ options, run: () => Promise.resolve(), getState: () => 'STOPPED' });
  });

  it('has failed when it says so, with the reason', async () => {
    const cause = new Error('no thread');
    const run = runWorker({ options, run: () => Promise.reject(cause), getState: () => 'FAILED' });
    await expect(run).rejects.toMatchObject({ message: expect.stringContaining('queue offstage'), cause });
  });

  it('has failed when it says nothing and stands still', async () => {
    const standsStill = () => new Promise<never>(() => undefined);
    const run = runWorker({ options, run: standsStill, getState: () => 'FAILED' });
    await expect(run).rejects.toThrow('that of the queue offstage has failed');
  });
});
