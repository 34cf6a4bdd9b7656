import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { packageRoot } from '../package-root.mjs';
import { readErrorReason } from '../read-error.mjs';
import { choosePort } from './choose-port.ts';
import { endOrphan } from './end-orphan.ts';
import { ensureSearchAttributes, setRetention } from './prepare-namespace.ts';
import { makeServerFlags } from './server-flags.ts';

const host = '127.0.0.1';
const startDeadline = 60_000;
const stopDeadline = 10_000;
const retentionDays = 30;
const startAttempts = 3;
const logSizeLimit = 10 * 1024 * 1024;

export interface TemporalServerOptions {
  cliPath: string;
  /** Holds the server's database, log and pid file. Only one server may use it at a time. */
  dataFolder: string;
  /** Created if missing. */
  namespace: string;
  /** 0: any free one. */
  port: number;
  portIsDefault: boolean;
  uiPort: number;
  uiPortIsDefault: boolean;
  report: (line: string) => void;
}

export interface TemporalServer {
  /** Host and port of the gRPC service. */
  address: string;
  namespace: string;
  uiUrl: string;
  /** Resolves when the server has ended without `stop`, with what its log said last. */
  ended: Promise<string>;
  /** Ends the server gracefully; stop the workers first. */
  stop(): Promise<void>;
}

/** Starts the embedded server and waits until it answers. It ends with this process, even if that is killed. */
export async function runTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const { dataFolder, report } = options;
  mkdirSync(dataFolder, { recursive: true });
  await endOrphan(join(dataFolder, 'temporal-server.pid'), report);
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      // Another process may take a port between our look and the server's start.
      const lostPort = readErrorReason(error).includes('address already in use');
      if (!lostPort || attempt === startAttempts) throw error;
    }
  }
}

async function startOnce(options: TemporalServerOptions): Promise<TemporalServer> {
  const { dataFolder, namespace } = options;
  const ports = await choosePorts(options);
  const logFile = openLog(dataFolder);
  const flags = makeServerFlags({
    ...{ host, ...ports, databaseFile: join(dataFolder, 'temporal.db') },
    namespaces: namespace === 'default' ? [] : [namespace],
  });
  const guarded = startGuard(options.cliPath, flags, dataFolder, logFile);
  const address = `${host}:${ports.port}`;
  try {
    await prepareServer(address, options, guarded);
  } catch (error) {
    await guarded.stop();
    throw error;
  }
  return {
    ...{ address, namespace, uiUrl: `http://${host}:${ports.uiPort}` },
    ended: guarded.exit.then(() => readLogTail(logFile)),
    stop: guarded.stop,
  };
}

async function choosePorts(options: TemporalServerOptions): Promise<{ port: number; uiPort: number }> {
  const port = await choosePort(
    host,
    {
      ...{ port: options.port, isDefault: options.portIsDefault },
      ...{ user: 'The Temporal server', setting: 'OFFSTAGE_TEMPORAL_PORT' },
    },
    options.report,
  );
  const uiPort = await choosePort(
    host,
    {
      ...{ port: options.uiPort, isDefault: options.uiPortIsDefault },
      ...{ user: 'The Temporal Web UI', setting: 'OFFSTAGE_TEMPORAL_UI_PORT' },
    },
    options.report,
    [port],
  );
  return { port, uiPort };
}

interface GuardedServer {
  logFile: string;
  isRunning: () => boolean;
  /** Resolves when the guard, and with it the server, has ended. */
  exit: Promise<void>;
  stop: () => Promise<void>;
}

/** The guard leads a process group of its own, so that Ctrl-C reaches us and not the server. */
function startGuard(cliPath: string, args: string[], dataFolder: string, logFile: string): GuardedServer {
  const task = { command: cliPath, args, pidFile: join(dataFolder, 'temporal-server.pid'), stopDeadline };
  const script = join(packageRoot, 'cli', 'temporal-server', 'guard.mjs');
  const log = openSync(logFile, 'a');
  const guard = spawn(process.execPath, [script, JSON.stringify(task)], {
    detached: true,
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  guard.stdin?.on('error', () => {
    // The guard has ended before us: `exit` tells it.
  });
  const exit = new Promise<void>((resolve) => {
    guard.once('exit', () => resolve());
    guard.once('error', () => resolve());
  });
  return {
    logFile,
    isRunning: () => guard.pid !== undefined && guard.exitCode === null && guard.signalCode === null,
    exit,
    stop: () => stopGuard(guard, exit),
  };
}

async function stopGuard(guard: ChildProcess, exit: Promise<void>): Promise<void> {
  guard.stdin?.end();
  const abandon = new AbortController();
  const tooLate = sleep(stopDeadline + 5_000, 'too late', { signal: abandon.signal }).catch(() => null);
  const outcome = await Promise.race([exit, tooLate]);
  abandon.abort();
  if (outcome !== 'too late' || guard.pid === undefined) return;
  process.kill(-guard.pid, 'SIGKILL');
  await exit;
}

async function prepareServer(
  address: string,
  { namespace, report }: TemporalServerOptions,
  server: GuardedServer,
): Promise<void> {
  const connection = await connectWhenReady(address, server);
  try {
    await ensureSearchAttributes(connection, namespace, report);
    await setRetention(connection, namespace, retentionDays);
  } finally {
    await connection.close();
  }
}

async function connectWhenReady(address: string, server: GuardedServer): Promise<Connection> {
  const deadline = Date.now() + startDeadline;
  for (;;) {
    try {
      return await Connection.connect({ address, connectTimeout: 1_000 });
    } catch (error) {
      if (!server.isRunning()) {
        throw new Error(
          `The Temporal server ended while starting. Its log (${server.logFile}) ends with:\n${await readLogTail(server.logFile)}`,
          { cause: error },
        );
      }
      if (Date.now() > deadline) {
        throw new Error(
          `The Temporal server does not answer on ${address} after ${startDeadline / 1000} s. See ${server.logFile}.`,
          { cause: error },
        );
      }
    }
    await sleep(100);
  }
}

function openLog(dataFolder: string): string {
  const logFile = join(dataFolder, 'temporal-server.log');
  if (existsSync(logFile) && statSync(logFile).size > logSizeLimit) renameSync(logFile, `${logFile}.1`);
  return logFile;
}

async function readLogTail(logFile: string): Promise<string> {
  const lines = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n');
  return lines.slice(-5).join('\n');
}
