// @ts-check
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { acquireFileLock } from '../cli/file-lock.mjs';

/**
 * Does the work while no other process installs or builds in this checkout.
 * @template Result
 * @param {string} root
 * @param {(line: string) => void} report
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withBootstrapLock(root, report, work) {
  const folder = join(root, '.offstage');
  mkdirSync(folder, { recursive: true });
  const release = await acquireFileLock(join(folder, 'bootstrap-lock'), (holder) =>
    report(`Process ${holder.pid} is installing and building already; waiting for it.`),
  );
  try {
    return await work();
  } finally {
    release();
  }
}
