// Which tests need the run's Temporal server: those that reach the server harness through their imports.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const SERVER_MODULES = [
  'test/support/temporal.ts',
  'test/support/product.ts',
  'cli/temporal-server/run-temporal-server.ts',
];
const RELATIVE_IMPORT = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+\.(?:ts|mjs))'/g;

function reachesServer(root, file, seen) {
  const path = relative(root, file);
  if (SERVER_MODULES.includes(path)) return true;
  // Only the tests' own files are followed: what the product imports does not decide what a test needs.
  if (seen.has(file) || !path.startsWith('test/') || !existsSync(file)) return false;
  seen.add(file);
  const imports = [...readFileSync(file, 'utf8').matchAll(RELATIVE_IMPORT)];
  return imports.some(([, specifier]) => reachesServer(root, resolve(dirname(file), specifier), seen));
}

/** Test files below `root`/test, as paths relative to `root`, parted by whether they need the Temporal server. */
export function partTests(root) {
  const tests = readdirSync(join(root, 'test'), { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', name))
    .sort();
  const server = tests.filter((test) => reachesServer(root, join(root, test), new Set()));
  return { server, pure: tests.filter((test) => !server.includes(test)) };
}
