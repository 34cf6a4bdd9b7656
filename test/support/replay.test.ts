import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fetchRuns } from './replay.ts';
import { connectToTestServer } from './temporal.ts';
import type { TestServer } from './temporal.ts';

let server: TestServer;
beforeAll(async () => {
  server = await connectToTestServer();
});
afterAll(() => server.close());

describe('what is replayed', () => {
  it('has no run that waits for its first workflow task, as after a rollover that came soon: a replay would never end', async () => {
    const { client, taskQueue } = server;
    const workflowId = `not-begun-${randomUUID()}`;
    const handle = await client.workflow.start('session', { workflowId, taskQueue, startDelay: '1 hour' });
    expect((await handle.fetchHistory()).events).toHaveLength(1);
    expect(await fetchRuns(client, workflowId)).toEqual([]);
    await handle.terminate();
  });
});
