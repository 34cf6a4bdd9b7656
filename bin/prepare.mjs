// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { packageRoot } from '../cli/package-root.mjs';
import { readErrorReason } from '../cli/read-error.mjs';
import { findTemporalCli } from '../cli/temporal-server/find-temporal-cli.mjs';
import { withBootstrapLock } from './bootstrap-lock.mjs';
import { buildSources, isBuilt } from './build-sources.mjs';
import { hasPackages, installPackages } from './install-packages.mjs';

/** @param {string} line */
const report = (line) => console.error(line);

/**
 * Installs and builds what is missing or out of date, once at a time.
 * @param {boolean} needsTemporal the Temporal CLI is got beside it, since that may take longest
 * @returns {Promise<string | null>} URL of the program; null: it failed, and that was said
 */
export async function prepare(needsTemporal) {
  const main = pathToFileURL(join(packageRoot, 'dist', 'cli', 'main.js')).href;
  if (hasPackages(packageRoot) && isBuilt(packageRoot)) return main;

  const temporal = needsTemporal ? getTemporalEarly() : null;
  try {
    await withBootstrapLock(packageRoot, report, async () => {
      if (!hasPackages(packageRoot)) await installPackages(packageRoot, report);
      if (!isBuilt(packageRoot)) await buildSources(packageRoot, report);
    });
  } catch (error) {
    report(readErrorReason(error));
    return null;
  }
  await temporal;
  return main;
}

/** Its failure is not told here: the start looks again and tells it together with what to do. */
async function getTemporalEarly() {
  const file = join(process.cwd(), '.env');
  const env = existsSync(file) ? { ...parseEnv(readFileSync(file, 'utf8')), ...process.env } : process.env;
  if (env['TEMPORAL_ADDRESS'] || env['TEMPORAL_PROFILE'] || env['TEMPORAL_CONFIG_FILE']) return;
  await findTemporalCli({ env, report }).catch(() => null);
}
