import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs the tests of one project of jest.config.mjs and counts them; a file that does not load is one failure.
 * @param {string} project
 * @param {string[]} files
 * @param {string[]} options further options of Jest
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runJest(project, files, options, env) {
  const folder = await mkdtemp(join(tmpdir(), 'offstage-jest-'));
  const outputFile = join(folder, 'results.json');
  const args = [
    ...[
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
    ],
    ...['--selectProjects', project, '--json', '--outputFile', outputFile, ...options],
    ...['--runTestsByPath', ...files],
  ];
  try {
    // With --json the report of the run goes to stderr and the results, which are in the file, to stdout.
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    const code = await new Promise((resolve) => {
      child.on('error', () => resolve(1));
      child.on('close', resolve);
    });
    return countResults(await readFile(outputFile, 'utf8').catch(() => null), code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string | null} json what Jest wrote
 * @param {number | null} code how it ended
 */
export function countResults(json, code) {
  if (json === null) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(json);
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  // A run that ends badly though each test passed (a teardown that throws, a leak that ends it) is a failure.
  return { passed: numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
}
