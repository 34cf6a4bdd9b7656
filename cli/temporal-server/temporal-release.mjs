// @ts-check
// Which Temporal CLI is used: the pinned release, its archives and how it is built.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../package-root.mjs';

/**
 * @typedef {object} TemporalRelease
 * @property {string} version the pinned version of the CLI
 * @property {string} oldestServer the oldest server that Offstage was tried with
 * @property {string} downloadFolder URL, ends with a slash
 * @property {Record<string, { file: string, sha256: string }>} archives by platform and architecture of Node
 * @property {string} goPackage
 * @property {string} goVersionVariable
 * @property {number} goPackageCount packages that a build from nothing compiles, for the progress line
 */

/** The Go module that builds the official CLI. It is read from the checkout, also by the compiled program. */
export const goModuleFolder = join(packageRoot, 'tools', 'temporal');

/**
 * @param {string} [file]
 * @returns {TemporalRelease}
 */
export function readTemporalRelease(file = join(goModuleFolder, 'release.json')) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * Where a CLI that was downloaded or built is kept, for all checkouts of this user.
 * @param {NodeJS.ProcessEnv} env
 * @param {TemporalRelease} release
 */
export function locateCachedCli(env, release) {
  const home = env['HOME'] || homedir();
  const usual = process.platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache');
  return join(env['XDG_CACHE_HOME'] || usual, 'offstage', 'temporal', release.version, 'temporal');
}
