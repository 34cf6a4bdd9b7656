// @ts-check
// A lock file that says which process holds it. Plain JavaScript: the bootstrap needs it before anything is
// installed or built. A process is known by its id and its start time, since ids are used again.
import { execFileSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { readErrorCode } from './read-error.mjs';

/** @typedef {{ pid: number, startedAt: string }} ProcessIdentity */

/**
 * When the process started, in a form that is only good for comparison; null if there is no such process.
 * @param {number} pid
 * @returns {string | null}
 */
export function readProcessStart(pid) {
  if (process.platform === 'linux') return readLinuxProcessStart(pid);
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

/** @param {number} pid */
function readLinuxProcessStart(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command's name in parentheses and may hold anything; state is the third field,
    // the start time in clock ticks since boot the twenty-second.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isDead = fields[0] === 'Z' || fields[0] === 'X';
    return isDead ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/**
 * @param {ProcessIdentity} identity
 * @returns {boolean}
 */
export function isProcessRunning(identity) {
  return readProcessStart(identity.pid) === identity.startedAt;
}

/**
 * Takes the lock, or tells who holds it. The lock of a process that is gone is taken over.
 * @param {string} path
 * @returns {{ release: () => void } | { holder: ProcessIdentity }}
 */
export function tryFileLock(path) {
  const own = { pid: process.pid, startedAt: readProcessStart(process.pid) ?? '', key: randomUUID() };
  const draft = `${path}.${own.key}`;
  writeFileSync(draft, JSON.stringify(own));
  try {
    for (;;) {
      if (linkIfAbsent(draft, path)) return { release: () => releaseFileLock(path, own.key) };
      const holder = readHolder(path);
      if (holder && isProcessRunning(holder)) return { holder };
      if (holder) removeStaleLock(path, holder.key);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Waits for the lock.
 * @param {string} path
 * @param {(holder: ProcessIdentity) => void} onWait called once, when another process holds it
 * @returns {Promise<() => void>} releases the lock
 */
export async function acquireFileLock(path, onWait) {
  let waits = false;
  for (;;) {
    const attempt = tryFileLock(path);
    if ('release' in attempt) return attempt.release;
    if (!waits) onWait(attempt.holder);
    waits = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/**
 * A link appears with its whole content or not at all, so no reader ever sees half a lock.
 * @param {string} draft
 * @param {string} path
 */
function linkIfAbsent(draft, path) {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (readErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {(ProcessIdentity & { key: string }) | null}
 */
function readHolder(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return null;
    if (/** @type {any} */ (error).name === 'SyntaxError')
      return { pid: -1, startedAt: 'unreadable', key: 'unreadable' };
    throw error;
  }
}

/**
 * Two processes may find the same stale lock: the file is moved aside and looked at again, so that the slower
 * one puts back what the faster one has taken in the meantime.
 * @param {string} path
 * @param {string} staleKey
 */
function removeStaleLock(path, staleKey) {
  const aside = `${path}.stale-${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (readHolder(aside)?.key !== staleKey) linkIfAbsent(aside, path);
  rmSync(aside, { force: true });
}

/**
 * @param {string} path
 * @param {string} key
 */
function releaseFileLock(path, key) {
  if (readHolder(path)?.key === key) rmSync(path, { force: true });
}
