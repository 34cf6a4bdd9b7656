// @ts-check
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { readErrorReason } from '../read-error.mjs';

const connectionDeadline = 10_000;
const silenceDeadline = 30_000;
const progressInterval = 5_000;

/**
 * Downloads the official archive of this platform, checks its sum and unpacks the CLI into the folder.
 * Throws with a reason in plain words.
 * @param {import('./temporal-release.mjs').TemporalRelease} release
 * @param {string} folder
 * @param {(line: string) => void} report
 * @returns {Promise<string>} path of the CLI
 */
export async function downloadCli(release, folder, report) {
  const platform = `${process.platform}-${process.arch}`;
  const archive = release.archives[platform];
  if (!archive) throw new Error(`there is no official archive for ${platform}`);
  const url = release.downloadFolder + archive.file;
  report(`Downloading the Temporal CLI ${release.version} from ${url}`);

  const path = join(folder, archive.file);
  const sha256 = await fetchToFile(url, path, report);
  if (sha256 !== archive.sha256) {
    throw new Error(`${url} has the checksum ${sha256}, expected was ${archive.sha256}`);
  }
  await promisify(execFile)('tar', ['-xzf', path, '-C', folder, 'temporal']).catch((error) => {
    throw new Error(`tar could not unpack ${archive.file}: ${error.message}`);
  });
  return join(folder, 'temporal');
}

/**
 * @param {string} url
 * @param {string} path
 * @param {(line: string) => void} report
 * @returns {Promise<string>} the SHA-256 of what was received
 */
async function fetchToFile(url, path, report) {
  const abort = new AbortController();
  const giveUp = (/** @type {string} */ reason, /** @type {number} */ milliseconds) =>
    setTimeout(() => abort.abort(new Error(reason)), milliseconds);

  let deadline = giveUp(`no answer from ${new URL(url).host} within 10 s`, connectionDeadline);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || !response.body) throw new Error(`${url} answered with status ${response.status}`);

    const total = Number(response.headers.get('content-length'));
    const hash = createHash('sha256');
    let received = 0;
    let reported = Date.now();
    const count = new Transform({
      transform(chunk, _encoding, done) {
        clearTimeout(deadline);
        deadline = giveUp('the download stopped: nothing came for 30 s', silenceDeadline);
        hash.update(chunk);
        received += chunk.length;
        if (total && Date.now() - reported > progressInterval) {
          reported = Date.now();
          report(`Downloading the Temporal CLI: ${Math.floor((received / total) * 100)} %`);
        }
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(/** @type {any} */ (response.body)), count, createWriteStream(path), {
      signal: abort.signal,
    });
    return hash.digest('hex');
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : explainFetchError(url, error);
  } finally {
    clearTimeout(deadline);
  }
}

/**
 * `fetch failed` alone says nothing; its cause does.
 * @param {string} url
 * @param {unknown} error
 */
function explainFetchError(url, error) {
  const cause = /** @type {any} */ (error).cause;
  return cause ? new Error(`${new URL(url).host} cannot be reached: ${readErrorReason(cause)}`) : error;
}
