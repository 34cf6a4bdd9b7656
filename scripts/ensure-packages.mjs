import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasPackages, installPackages } from '../bin/install-packages.mjs';
import { acquireFileLock } from '../cli/file-lock.mjs';

const report = (line) => console.error(line);

/** Installs the packages that the lock file asks for, unless they are there; never twice at a time. */
export async function ensurePackages(root) {
  if (hasPackages(root)) return;
  const folder = join(root, '.offstage');
  mkdirSync(folder, { recursive: true });
  const release = await acquireFileLock(join(folder, 'bootstrap-lock'), (holder) =>
    report(`Process ${holder.pid} is installing already; waiting for it.`),
  );
  try {
    if (!hasPackages(root)) await installPackages(root, report);
  } finally {
    release();
  }
}
