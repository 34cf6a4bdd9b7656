/** A worker of the peer's, as a process: the same options as ours, for the queue that it is told. */
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { quietRuntime } from '../../test/support/temporal.ts';
import { createPeerActivities } from './peer-activities.ts';

const [address = '', taskQueue = '', providerUrl = ''] = process.argv.slice(2);
quietRuntime();
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue,
  workflowsPath: fileURLToPath(new URL('./peer-workflows.ts', import.meta.url)),
  activities: { ...createPeerActivities(providerUrl) },
  maxConcurrentActivityTaskExecutions: 1_000,
  maxCachedWorkflows: 2_000,
  shutdownGraceTime: '2s',
});
process.once('disconnect', () => process.exit());
process.send?.({ url: null });
await worker.run();
