// @ts-check
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of Offstage's own package.json, the same for the sources and for what is built from them. */
export const packageRoot = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

/**
 * @param {string} folder
 * @returns {string}
 */
function findPackageRoot(folder) {
  if (isPackageRoot(folder)) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('The folder of the offstage package was not found.');
  return findPackageRoot(parent);
}

/** @param {string} folder */
function isPackageRoot(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name === 'offstage';
  } catch {
    return false;
  }
}
