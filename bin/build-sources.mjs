// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.mjs';

/** Folders whose content does not reach the build. */
const leftOut = new Set(['node_modules', 'agents', 'bench', 'coverage', 'dist', 'docs', 'examples', 'test']);

/**
 * Whether dist/ was built from the sources as they are.
 * @param {string} root
 */
export function isBuilt(root) {
  const record = join(root, 'dist', '.source-hash');
  return existsSync(record) && readFileSync(record, 'utf8') === hashSources(root);
}

/**
 * Builds beside dist/ and renames into place, so that no half a build is ever started.
 * @param {string} root
 * @param {(line: string) => void} report
 */
export async function buildSources(root, report) {
  removeLeftovers(root);
  const hash = hashSources(root);
  const output = `dist.tmp-${process.pid}`;
  // Types are what `npm run check` is for: without them this takes a third of the time.
  const tsc = join('node_modules', '.bin', 'tsc');
  const compile = [tsc, '-p', 'tsconfig.build.json', '--noCheck', '--outDir', output];
  const bundle = ['npm', 'run', '--silent', 'bundle', '--', '--out', output];
  try {
    const steps = await Promise.allSettled([
      runCommand({ what: 'Compiling', command: compile, cwd: root, report }),
      runCommand({ what: 'Bundling the workflows', command: bundle, cwd: root, report }),
    ]);
    for (const step of steps) if (step.status === 'rejected') throw step.reason;
    writeFileSync(join(root, output, '.source-hash'), hash);
    const old = join(root, `dist.tmp-${process.pid}-old`);
    if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), old);
    renameSync(join(root, output), join(root, 'dist'));
  } finally {
    removeLeftovers(root);
  }
}

/**
 * The lock makes this the only build: what is there was left by one that was killed.
 * @param {string} root
 */
function removeLeftovers(root) {
  for (const name of readdirSync(root)) {
    if (name.startsWith('dist.tmp-')) rmSync(join(root, name), { recursive: true, force: true });
  }
}

/** @param {string} root */
function hashSources(root) {
  const hash = createHash('sha256');
  for (const path of listSources(root, '')) {
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function listSources(root, folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const isLeftOut = entry.name.startsWith('.') || entry.name.startsWith('dist.tmp-') || leftOut.has(path);
      return isLeftOut ? [] : listSources(root, path);
    }
    return /\.(ts|mjs|cjs|js|json|html|css|sql)$/.test(entry.name) ? [path] : [];
  });
}
