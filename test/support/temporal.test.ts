import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestServer } from './temporal.ts';
import { connectToTestServer } from './temporal.ts';

describe('the server that a test run shares', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await connectToTestServer();
  });
  afterAll(() => server.close());

  it('has the namespace that tests use, with the retention of the product', async () => {
    const { config } = await server.client.workflowService.describeNamespace({ namespace: server.namespace });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3600);
  });

  it('is reached under a task queue of its own by each test file', async () => {
    const other = await connectToTestServer();
    await other.close();
    expect(other.taskQueue).not.toBe(server.taskQueue);
  });
});
