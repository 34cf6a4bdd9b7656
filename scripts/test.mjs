// `npm test [-- path … --option=value]`: all that must hold before a change lands, on a fresh clone too. Needs Node only.
// The Temporal CLI is got, or built, while packages are installed and while the checks and the pure tests run.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { checkSteps } from './check-steps.mjs';
import { cleanEnvironment } from './clean-environment.mjs';
import { ensurePackages } from './ensure-packages.mjs';
import { runJest } from './run-jest.mjs';
import { runSteps } from './run-steps.mjs';
import { partTests } from './server-tests.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const env = cleanEnvironment(process.env);
const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
// Much of their time is waiting, for heartbeats, deadlines and processes that start: three keep two cores at work.
const serverOptions = options.some((option) => option.startsWith('--maxWorkers'))
  ? options
  : ['--maxWorkers=3', ...options];
const filters = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));

const chosen = (tests) =>
  filters.length === 0 ? tests : tests.filter((test) => filters.some((filter) => test.includes(filter)));
const { pure, postgres, server } = partTests(root);
const [pureTests, postgresTests, serverTests] = [chosen(pure), chosen(postgres), chosen(server)];

/** @returns {Promise<string | null>} path of the CLI; null, with the reason on stderr, if there is none */
function findTemporal() {
  const finder = spawn(process.execPath, ['scripts/find-temporal.mjs'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  finder.stdout.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    finder.on('close', (code) => resolve(code === 0 ? output.trim() : null));
  });
}

async function runAll() {
  const results = [];
  const temporal = serverTests.length > 0 ? findTemporal() : null;
  await ensurePackages(root);
  if (filters.length === 0) results.push(await runSteps(checkSteps, env));
  if (pureTests.length > 0) results.push(await runJest('pure', pureTests, options, env));
  if (postgresTests.length > 0) results.push(await runJest('postgres', postgresTests, options, env));
  if (temporal !== null) {
    const cli = await temporal;
    if (cli === null) results.push({ passed: 0, failed: serverTests.length });
    else {
      results.push(
        await runJest('server', serverTests, serverOptions, { ...env, OFFSTAGE_TEMPORAL_CLI: cli }),
      );
    }
  }
  return results;
}

if (pureTests.length + postgresTests.length + serverTests.length === 0) {
  console.error(`No test file has ${filters.join(' or ')} in its path.`);
  process.exitCode = 1;
} else {
  const results = await runAll();
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') > 0 ? 1 : 0;
}
