import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessIdentity } from '../file-lock.mjs';
import { isProcessRunning } from '../file-lock.mjs';

const patience = 10_000;

/**
 * Ends a server that an earlier process of ours has left behind (its guard was killed, too): it holds the
 * database and a port. The pid file is believed only if the process also started when the file says.
 */
export async function endOrphan(pidFile: string, report: (line: string) => void): Promise<void> {
  const orphan = await readPidFile(pidFile);
  if (!orphan) return;
  if (isProcessRunning(orphan)) {
    report(`Ending the Temporal server (process ${orphan.pid}) that an earlier run has left behind.`);
    await endProcess(orphan);
  }
  await rm(pidFile, { force: true });
}

async function endProcess(target: ProcessIdentity): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!isProcessRunning(target)) return;
    process.kill(target.pid, signal);
    for (let waited = 0; waited < patience && isProcessRunning(target); waited += 50) await sleep(50);
  }
  if (isProcessRunning(target))
    throw new Error(`Process ${target.pid} does not end. End it, then start again.`);
}

async function readPidFile(pidFile: string): Promise<ProcessIdentity | null> {
  try {
    const { pid, startedAt } = JSON.parse(await readFile(pidFile, 'utf8')) as Partial<ProcessIdentity>;
    return pid && startedAt ? { pid, startedAt } : null;
  } catch {
    return null;
  }
}
