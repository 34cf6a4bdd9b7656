import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporalCli } from '../../cli/temporal-server/find-temporal-cli.mjs';
import { runTemporalServer } from '../../cli/temporal-server/run-temporal-server.ts';
import { bundleWorkflows } from '../../workers/bundle.ts';

/** What all server tests of one run share: a Temporal server and the workflow bundle. */
export interface TestRun {
  stop(): Promise<void>;
}

const report = (line: string): void => console.error(line);

/** Starts the run's server, bundles the workflows once, and sets TEST_* for the test processes. */
export async function startTestRun(): Promise<TestRun> {
  const folder = await mkdtemp(join(tmpdir(), 'offstage-test-'));
  const cli = await findTemporalCli({ env: process.env, report });
  const anyPort = { port: 0, portIsDefault: false, uiPort: 0, uiPortIsDefault: false };
  const server = await runTemporalServer({
    ...anyPort,
    cliPath: cli.path,
    dataFolder: folder,
    namespace: 'default',
    report,
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    process.env['TEST_TEMPORAL_ADDRESS'] = server.address;
    process.env['TEST_TEMPORAL_CLI'] = cli.path;
    process.env['TEST_WORKFLOW_BUNDLE'] = await writeBundle(folder);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

async function writeBundle(folder: string): Promise<string> {
  if (!existsSync('workflows/index.ts')) return '';
  const path = join(folder, 'workflow-bundle.js');
  const { code } = await bundleWorkflows();
  await writeFile(path, code);
  return path;
}
