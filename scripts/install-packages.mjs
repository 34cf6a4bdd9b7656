import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

// npm writes this file when it is done: older than the lock file means that the lock file has changed since.
const INSTALLED = 'node_modules/.package-lock.json';

/** Installs the packages of the lock file in the current folder, unless they are there. */
export async function installPackages(env) {
  if (existsSync(INSTALLED) && statSync(INSTALLED).mtimeMs >= statSync('package-lock.json').mtimeMs) return;
  console.error('Installing packages (npm ci)');
  const npm = spawn('npm', ['ci', '--no-audit', '--no-fund'], {
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise((resolve, reject) => {
    npm.on('error', reject);
    npm.on('close', resolve);
  });
  if (code !== 0) throw new Error(`npm ci ended with code ${code}: its output above says why`);
}
