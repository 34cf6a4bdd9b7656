// @ts-check
import { execFile } from 'node:child_process';

/** @typedef {{ version: string, server: string }} CliVersion */

/**
 * Asks a Temporal CLI for its version and that of the server in it. Throws with a reason in plain words.
 * @param {string} path
 * @returns {Promise<CliVersion>}
 */
export async function inspectCli(path) {
  const output = await new Promise((resolve, reject) => {
    execFile(path, ['--version'], { timeout: 30_000 }, (error, stdout) => {
      if (!error) resolve(stdout);
      else if (error.code === 'ENOENT') reject(new Error(`${path} does not exist`));
      else if (error.code === 'EACCES') reject(new Error(`${path} is not executable`));
      else reject(new Error(`${path} --version failed: ${firstLine(error.message)}`));
    });
  });
  const match = /temporal version (\S+) \(server ([^\s,)]+)/i.exec(output);
  if (!match)
    throw new Error(
      `${path} --version said ${JSON.stringify(firstLine(output))}, which is not a Temporal CLI`,
    );
  return { version: match[1] ?? '', server: match[2] ?? '' };
}

/**
 * @param {string} version
 * @param {string} oldest
 * @returns {boolean}
 */
export function isAtLeast(version, oldest) {
  const [have, need] = [version, oldest].map((text) => text.split(/[.-]/).map(Number));
  for (let place = 0; place < 3; place++) {
    const difference = (have?.[place] || 0) - (need?.[place] || 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** @param {string} text */
function firstLine(text) {
  return text.trim().split('\n')[0] ?? '';
}
