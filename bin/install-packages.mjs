// @ts-check
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.mjs';

/** @typedef {{ packages: Record<string, { version?: string, optional?: boolean, devOptional?: boolean }> }} Lockfile */

/**
 * Whether node_modules holds what package-lock.json asks for.
 * @param {string} root
 */
export function hasPackages(root) {
  const hash = hashLockfile(root);
  if (readText(recordOf(root)) === hash) return true;
  if (!isInstalledByHand(root)) return false;
  writeFileSync(recordOf(root), hash);
  return true;
}

/**
 * Not `npm ci`: it refuses a lock file that does not list the binaries of every platform, and npm leaves out
 * those that could not be had where the file was made. This installs what the lock file says and adds this
 * platform's binaries, without writing the file.
 * @param {string} root
 * @param {(line: string) => void} report
 */
export async function installPackages(root, report) {
  const hash = hashLockfile(root);
  const command = ['npm', 'install', '--no-save', '--include=dev', '--no-audit', '--no-fund'];
  await runCommand({ what: 'Installing packages', command, cwd: root, report });
  writeFileSync(recordOf(root), hash);
}

/**
 * Somebody ran `npm ci` or `npm install`: npm's own record of what it installed agrees with the lock file.
 * @param {string} root
 */
function isInstalledByHand(root) {
  const record = readText(join(root, 'node_modules', '.package-lock.json'));
  if (record === null) return false;
  /** @type {Lockfile} */
  const installed = JSON.parse(record);
  /** @type {Lockfile} */
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(wanted.packages).every(([path, { version, optional, devOptional }]) => {
    const present = installed.packages[path];
    return path === '' || (present ? present.version === version : Boolean(optional || devOptional));
  });
}

/** @param {string} root */
function hashLockfile(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/** @param {string} root */
function recordOf(root) {
  return join(root, 'node_modules', '.offstage-installed');
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
