import { spawn } from 'node:child_process';

/**
 * A command of the check: `name` says what it looks at.
 * @typedef {{ name: string, command: string[] }} Step
 */

/**
 * Runs the steps, two at a time, and prints a line for each, with the output of those that fail.
 * @param {Step[]} steps
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runSteps(steps, env) {
  const waiting = [...steps];
  const totals = { passed: 0, failed: 0 };
  const work = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const started = Date.now();
      const { code, output } = await runCommand(step.command, env);
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${step.name} (${seconds} s)`);
      if (code !== 0) console.log(`${output.trimEnd()}\n`);
      totals[code === 0 ? 'passed' : 'failed'] += 1;
    }
  };
  await Promise.all([work(), work()]);
  return totals;
}

/**
 * @param {string[]} command
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function runCommand([program, ...args], env) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 1, output: `${program}: ${error.message}` }));
    child.on('close', (code) => resolve({ code, output }));
  });
}
