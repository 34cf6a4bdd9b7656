import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { freePort } from './free-port.ts';
import { waitFor } from './wait-for.ts';

/** What all server tests of one run share: a Temporal server and the workflow bundle, told by environment variables. */
export interface TestRun {
  stop(): Promise<void>;
}

/** Starts the run's server, bundles the workflows once, and sets OFFSTAGE_TEST_* for the test processes. */
export async function startTestRun(): Promise<TestRun> {
  const folder = await mkdtemp(join(tmpdir(), 'offstage-test-'));
  const port = await freePort();
  const cli = process.env.OFFSTAGE_TEMPORAL_CLI ?? 'temporal';
  const server = spawn(
    cli,
    ['server', 'start-dev', '--headless', '--port', String(port), '--db-filename', join(folder, 'temporal.db')],
    { stdio: 'ignore', detached: true },
  );
  const address = `127.0.0.1:${port}`;
  await waitFor(
    async () => {
      const connection = await Connection.connect({ address, connectTimeout: 1000 });
      await connection.close();
      return true;
    },
    { what: 'the Temporal server' },
  );
  process.env.OFFSTAGE_TEST_TEMPORAL_ADDRESS = address;
  await writeBundle(folder);
  return {
    async stop() {
      const ended = once(server, 'exit');
      server.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeBundle(folder: string): Promise<void> {
  if (!existsSync('workflows/index.ts')) return;
  const { bundleWorkflows } = await import('../../workers/bundle.ts');
  const { code } = await bundleWorkflows();
  const path = join(folder, 'workflow-bundle.js');
  await writeFile(path, code);
  process.env.OFFSTAGE_TEST_BUNDLE = path;
}
