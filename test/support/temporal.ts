import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { connectGateway } from '../../api/gateway/connection.ts';

export interface TestServer {
  address: string;
  namespace: string;
  client: Client;
  /** For `Worker.create`. */
  workerConnection: NativeConnection;
  /** A name no other test uses; append a suffix where more than one queue is needed. */
  taskQueue: string;
  close(): Promise<void>;
}

/** Connects to the run's Temporal server as an API does (it was started once by Jest's globalSetup). Close it in `afterAll`. */
export async function connectToTestServer(): Promise<TestServer> {
  quietRuntime();
  const address = readRunVariable('TEST_TEMPORAL_ADDRESS');
  const namespace = 'default';
  const clientConnection = await connectGateway({ address });
  const workerConnection = await NativeConnection.connect({ address });
  return {
    address,
    namespace,
    client: new Client({ connection: clientConnection, namespace }),
    workerConnection,
    taskQueue: `t-${randomUUID().slice(0, 6)}`,
    async close() {
      await clientConnection.close();
      await workerConnection.close();
    },
  };
}

let isQuiet = false;

/** Once per test process, before anything starts the runtime: workers tell of their comings and goings at length. */
export function quietRuntime(): void {
  if (isQuiet) return;
  isQuiet = true;
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR' } } });
}

/** The workflow bundle that was built once for this run: pass it as `workflowBundle` to `Worker.create`. */
export async function readWorkflowBundle(): Promise<{ code: string }> {
  return { code: await readFile(readRunVariable('TEST_WORKFLOW_BUNDLE'), 'utf8') };
}

function readRunVariable(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: the run's setup did not start, or there was nothing to bundle`);
  return value;
}
