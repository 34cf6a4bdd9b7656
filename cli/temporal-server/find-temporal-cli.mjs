// @ts-check
// Finds the Temporal CLI, or gets it. Plain JavaScript, so that a first start can fetch or build it while the
// packages are being installed.
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { acquireFileLock } from '../file-lock.mjs';
import { readErrorReason } from '../read-error.mjs';
import { buildCli } from './build-cli.mjs';
import { downloadCli } from './download-cli.mjs';
import { inspectCli, isAtLeast } from './inspect-cli.mjs';
import { locateCachedCli, readTemporalRelease } from './temporal-release.mjs';

/** @typedef {'setting' | 'cache' | 'path' | 'download' | 'build'} CliSource */
/** @typedef {{ source: CliSource, outcome: string }} CliAttempt */
/** @typedef {{ path: string, source: CliSource, version: string, tried: CliAttempt[] }} FoundCli */
/** @typedef {import('./temporal-release.mjs').TemporalRelease} TemporalRelease */

/** No usable Temporal CLI; `tried` says what was tried and why not. */
class TemporalCliNotFoundError extends Error {
  /** @param {CliAttempt[]} tried */
  constructor(tried) {
    const list = tried.map(({ source, outcome }) => `  ${source}: ${outcome}`).join('\n');
    super(
      `No usable Temporal CLI was found.\n${list}\n` +
        'Install it (https://docs.temporal.io/cli) and set OFFSTAGE_TEMPORAL_CLI to its path, or set ' +
        'TEMPORAL_ADDRESS to a Temporal server that runs.',
    );
    this.name = 'TemporalCliNotFoundError';
    this.tried = tried;
  }
}

/**
 * In this order: OFFSTAGE_TEMPORAL_CLI; what an earlier start has cached; `temporal` on the PATH, unless it is
 * older than what Offstage was tried with; the official download; a build with Go.
 * @param {object} options
 * @param {NodeJS.ProcessEnv} options.env
 * @param {(line: string) => void} options.report progress, for people
 * @param {boolean} [options.mayGet] false: only look, neither download nor build
 * @param {string} [options.releaseFile] instead of the pinned release
 * @returns {Promise<FoundCli>}
 * @throws {TemporalCliNotFoundError}
 */
export async function findTemporalCli({ env, report, mayGet = true, releaseFile }) {
  const release = readTemporalRelease(releaseFile);
  /** @type {CliAttempt[]} */
  const tried = [];
  const attempt = async (/** @type {CliSource} */ source, /** @type {() => Promise<string>} */ find) => {
    try {
      const path = await find();
      const { version } = await inspectCli(path);
      return { path, source, version, tried };
    } catch (error) {
      tried.push({ source, outcome: readErrorReason(error) });
      return null;
    }
  };

  const setting = env['OFFSTAGE_TEMPORAL_CLI'];
  if (setting) {
    const found = await attempt('setting', async () => setting);
    // A path that was set is meant: going on with another CLI would hide the mistake.
    if (!found) throw new TemporalCliNotFoundError(tried);
    return found;
  }
  tried.push({ source: 'setting', outcome: 'OFFSTAGE_TEMPORAL_CLI is not set' });

  const cached = locateCachedCli(env, release);
  const present =
    (await attempt('cache', async () => cached)) ??
    (await attempt('path', () => findOnPath(env, release, report)));
  if (present) return present;
  if (!mayGet) throw new TemporalCliNotFoundError(tried);

  const gotten = await getIntoCache(cached, attempt, {
    download: (folder) => downloadCli(release, folder, report),
    build: (folder) => buildCli(release, folder, env, report),
    report,
  });
  if (!gotten) throw new TemporalCliNotFoundError(tried);
  return gotten;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {TemporalRelease} release
 * @param {(line: string) => void} report
 */
async function findOnPath(env, release, report) {
  for (const folder of (env['PATH'] ?? '').split(':').filter(Boolean)) {
    const path = join(folder, 'temporal');
    const found = await inspectCli(path).catch((error) => {
      if (error.message.endsWith('does not exist')) return null;
      throw error;
    });
    if (!found) continue;
    if (isAtLeast(found.server, release.oldestServer)) return path;
    const reason = `${path} is too old: its server is ${found.server}, Offstage was tried from ${release.oldestServer} on`;
    report(`Skipped: ${reason}.`);
    throw new Error(reason);
  }
  throw new Error('there is no temporal on the PATH');
}

/**
 * One process gets the CLI, others wait for it. What is got appears in the cache under its name at once.
 * @param {string} cached
 * @param {(source: CliSource, find: () => Promise<string>) => Promise<FoundCli | null>} attempt
 * @param {object} ways
 * @param {(folder: string) => Promise<string>} ways.download
 * @param {(folder: string) => Promise<string>} ways.build
 * @param {(line: string) => void} ways.report
 */
async function getIntoCache(cached, attempt, { download, build, report }) {
  const cacheFolder = dirname(cached);
  mkdirSync(cacheFolder, { recursive: true });
  const release = await acquireFileLock(join(cacheFolder, 'lock'), (holder) =>
    report(`Process ${holder.pid} is getting the Temporal CLI already; waiting for it.`),
  );
  try {
    const isReady = await inspectCli(cached).then(
      () => true,
      () => false,
    );
    if (isReady) return await attempt('cache', async () => cached);
    // Only the lock's holder makes these folders: what is there was left by a process that was killed.
    for (const name of readdirSync(cacheFolder)) {
      if (name.startsWith('getting-')) rmSync(join(cacheFolder, name), { recursive: true, force: true });
    }
    const into = (/** @type {(folder: string) => Promise<string>} */ get) => async () => {
      const folder = join(cacheFolder, `getting-${process.pid}`);
      mkdirSync(folder, { recursive: true });
      try {
        const path = await get(folder);
        await inspectCli(path);
        renameSync(path, cached);
        return cached;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    };
    return (await attempt('download', into(download))) ?? (await attempt('build', into(build)));
  } finally {
    release();
  }
}
