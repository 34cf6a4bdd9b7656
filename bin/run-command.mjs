// @ts-check
import { spawn } from 'node:child_process';

const progressInterval = 10_000;

/**
 * Runs a command quietly: a line when it begins and every ten seconds. Its output is shown only if it fails.
 * @param {object} options
 * @param {string} options.what "Installing packages"
 * @param {string[]} options.command
 * @param {string} options.cwd
 * @param {(line: string) => void} options.report
 * @returns {Promise<void>}
 */
export async function runCommand({ what, command, cwd, report }) {
  report(what);
  const started = Date.now();
  const timer = setInterval(
    () => report(`${what}: ${Math.round((Date.now() - started) / 1000)} s`),
    progressInterval,
  );
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  try {
    const code = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode, signal) => resolve(exitCode ?? signal));
    });
    if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${output.trimEnd()}`);
  } finally {
    clearInterval(timer);
  }
}
