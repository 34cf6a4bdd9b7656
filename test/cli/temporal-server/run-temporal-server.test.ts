import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Connection } from '@temporalio/client';
import { readProcessStart } from '../../../cli/file-lock.mjs';
import { findTemporalCli } from '../../../cli/temporal-server/find-temporal-cli.mjs';
import type { TemporalServer } from '../../../cli/temporal-server/run-temporal-server.ts';
import { runTemporalServer } from '../../../cli/temporal-server/run-temporal-server.ts';
import { waitFor } from '../../support/wait-for.ts';

let cliPath: string;
let dataFolder: string;
let reported: string[];
let running: TemporalServer[];
let occupants: Server[];

beforeAll(async () => {
  cliPath = (await findTemporalCli({ env: process.env, report: () => undefined })).path;
}, 900_000);

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'offstage-server-'));
  [reported, running, occupants] = [[], [], []];
});

afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  for (const occupant of occupants) occupant.close();
  await rm(dataFolder, { recursive: true, force: true });
});

async function start(
  options: Partial<Parameters<typeof runTemporalServer>[0]> = {},
): Promise<TemporalServer> {
  const server = await runTemporalServer({
    ...{ cliPath, dataFolder, namespace: 'default', report: (line) => reported.push(line) },
    ...{ port: 0, portIsDefault: false, uiPort: 0, uiPortIsDefault: false },
    ...options,
  });
  running.push(server);
  return server;
}

async function withConnection<T>(
  server: TemporalServer,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

async function readServerPid(): Promise<number> {
  return (JSON.parse(await readFile(join(dataFolder, 'temporal-server.pid'), 'utf8')) as { pid: number }).pid;
}

/** A port that something else uses. */
async function occupyPort(): Promise<number> {
  const occupant = createServer().listen(0, '127.0.0.1');
  occupants.push(occupant);
  await once(occupant, 'listening');
  return (occupant.address() as AddressInfo).port;
}

describe('the embedded Temporal server', () => {
  it('has our search attributes, a month of retention and a Web UI', async () => {
    const server = await start();
    const namespace = 'default';
    await withConnection(server, async (connection) => {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      expect(customAttributes).toMatchObject({
        ...{ OffstageWorkspace: 2, OffstageUser: 2, OffstageAgent: 2, OffstageStatus: 2, OffstageDepth: 3 },
      });
      const { config } = await connection.workflowService.describeNamespace({ namespace });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3600);
    });
    expect((await fetch(server.uiUrl)).status).toBe(200);
  });

  it('makes the namespace that is asked for', async () => {
    const server = await start({ namespace: 'clinic' });
    await withConnection(server, async (connection) => {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({
        namespace: 'clinic',
      });
      expect(Object.keys(customAttributes)).toContain('OffstageWorkspace');
    });
  });

  it('finds in a second start what the first one kept', async () => {
    const first = await start();
    const started = await withConnection(first, (connection) =>
      connection.workflowService.startWorkflowExecution({
        ...{ namespace: 'default', workflowId: 'kept', requestId: 'one' },
        ...{ workflowType: { name: 'any' }, taskQueue: { name: 'nobody' } },
      }),
    );
    await first.stop();
    const second = await start();
    const found = await withConnection(second, (connection) =>
      connection.workflowService.describeWorkflowExecution({
        ...{ namespace: 'default', execution: { workflowId: 'kept' } },
      }),
    );
    expect(found.workflowExecutionInfo?.execution?.runId).toBe(started.runId);
  });

  it('is gone after stop, and leaves no pid file', async () => {
    const server = await start();
    const pid = await readServerPid();
    await server.stop();
    expect(readProcessStart(pid)).toBeNull();
    await expect(readServerPid()).rejects.toThrow('ENOENT');
  });

  it('tells when it ends by itself', async () => {
    const server = await start();
    process.kill(await readServerPid(), 'SIGKILL');
    await expect(server.ended).resolves.toEqual(expect.any(String));
  });

  it('moves from a default port that is taken to the next free one and says so', async () => {
    const port = await occupyPort();
    const server = await start({ port, portIsDefault: true });
    expect(server.address).not.toBe(`127.0.0.1:${port}`);
    expect(reported.join('\n')).toContain(`since ${port} is taken. OFFSTAGE_TEMPORAL_PORT sets another`);
  });

  it('refuses to start when the port that was set is taken', async () => {
    const port = await occupyPort();
    await expect(start({ port })).rejects.toThrow(
      `OFFSTAGE_TEMPORAL_PORT is ${port}, but something else uses`,
    );
    await expect(start({ uiPort: port })).rejects.toThrow(`OFFSTAGE_TEMPORAL_UI_PORT is ${port}`);
  });

  it('shows the log when the server cannot start', async () => {
    await expect(start({ cliPath: join(dataFolder, 'absent') })).rejects.toThrow(
      /ended while starting.*ENOENT/s,
    );
  });
});

describe('when the process that started the server is killed', () => {
  /** A process of its own that starts the server as we do. */
  async function startElsewhere(): Promise<{ kill: () => boolean; serverPid: number; guardPid: number }> {
    const guard = join(import.meta.dirname, '../../../cli/temporal-server/guard.mjs');
    const task = {
      ...{ command: cliPath, pidFile: join(dataFolder, 'temporal-server.pid'), stopDeadline: 10_000 },
      args: [
        'server',
        'start-dev',
        '--headless',
        '--port',
        '0',
        '--db-filename',
        join(dataFolder, 'temporal.db'),
      ],
    };
    const script = `
      const guard = require('node:child_process').spawn(process.execPath, ${JSON.stringify([guard, JSON.stringify(task)])},
        { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
      console.log(guard.pid);`;
    const owner = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const serverPid = await waitFor(readServerPid, { what: 'the pid file' });
    return { kill: () => owner.kill('SIGKILL'), serverPid, guardPid: Number(line.toString()) };
  }

  it('the guard ends the server', async () => {
    const { kill, serverPid } = await startElsewhere();
    expect(readProcessStart(serverPid)).not.toBeNull();
    kill();
    await waitFor(() => readProcessStart(serverPid) === null, { what: 'the end of the server' });
  });

  it('and the guard too, the next start ends the orphan and uses its database', async () => {
    const { kill, serverPid, guardPid } = await startElsewhere();
    process.kill(guardPid, 'SIGKILL');
    kill();
    expect(readProcessStart(serverPid)).not.toBeNull();
    const server = await start();
    expect(readProcessStart(serverPid)).toBeNull();
    expect(reported.join('\n')).toContain(`Ending the Temporal server (process ${serverPid})`);
    expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('a pid that now belongs to another process is left alone', async () => {
    const bystander = spawn('sleep', ['60']);
    const note = JSON.stringify({ pid: bystander.pid, startedAt: 'another time' });
    await writeFile(join(dataFolder, 'temporal-server.pid'), note);
    await start();
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    bystander.kill();
  });
});
