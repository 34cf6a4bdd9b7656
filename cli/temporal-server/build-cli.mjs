// @ts-check
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readErrorCode } from '../read-error.mjs';
import { goModuleFolder } from './temporal-release.mjs';

const progressInterval = 10_000;

/**
 * Builds the official CLI from its source with Go. Throws with a reason in plain words.
 * @param {import('./temporal-release.mjs').TemporalRelease} release
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} report
 * @returns {Promise<string>} path of the CLI
 */
export async function buildCli(release, folder, env, report) {
  const target = join(folder, 'temporal');
  const build = spawn(
    'go',
    [
      ...['build', '-v', '-trimpath', '-buildvcs=false', '-mod=readonly'],
      ...['-ldflags', `-s -w -X ${release.goVersionVariable}=${release.version}`],
      ...['-o', target, release.goPackage],
    ],
    {
      cwd: goModuleFolder,
      env: { ...env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const exit = new Promise((resolve, reject) => {
    build.on('error', reject);
    build.on('close', resolve);
  });
  report('Building the Temporal CLI with Go. It takes five to ten minutes, once; the result is kept.');
  const progress = watchProgress(build.stderr, release.goPackageCount, report);
  try {
    const code = await exit;
    if (code !== 0) throw new Error(`go build ended with code ${code}: ${progress.lastLines()}`);
    return target;
  } catch (error) {
    throw readErrorCode(error) === 'ENOENT'
      ? new Error('there is no Go on the PATH (https://go.dev/dl has it)')
      : error;
  } finally {
    progress.stop();
  }
}

/**
 * @param {import('node:stream').Readable} output of `go build -v`: a line for each module downloaded, package built
 * @param {number} expectedPackages
 * @param {(line: string) => void} report
 */
function watchProgress(output, expectedPackages, report) {
  const started = Date.now();
  let [downloaded, built] = [0, 0];
  /** @type {string[]} */
  const lines = [];
  createInterface({ input: output }).on('line', (line) => {
    if (line.startsWith('go: downloading')) downloaded += 1;
    else if (/^[\w.-]+(\/[\w.~-]+)*$/.test(line)) built += 1;
    else lines.push(line);
  });
  const timer = setInterval(() => {
    const done = `${downloaded} modules downloaded, ${built} of about ${expectedPackages} packages built`;
    report(`Building the Temporal CLI: ${formatElapsed(Date.now() - started)}, ${done}`);
  }, progressInterval);
  return {
    stop: () => clearInterval(timer),
    lastLines: () => lines.slice(-5).join(' | ') || 'it said nothing',
  };
}

/** @param {number} milliseconds */
function formatElapsed(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
