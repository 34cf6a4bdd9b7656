// Which servers tests need: it follows from what they reach through their imports.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** With the run's Temporal server. */
const SERVER_MODULES = [
  'test/support/temporal.ts',
  'test/support/product.ts',
  'test/faults/site.ts',
  'cli/temporal-server/run-temporal-server.ts',
];
/** With the run's PostgreSQL server, and only there. */
const POSTGRES_MODULES = ['test/support/run-postgres.ts'];
/** On both kinds of store, and so in two projects. */
const STORE_MODULES = ['test/storage/store-place.ts'];
const RELATIVE_IMPORT = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+\.(?:ts|mjs))'/g;

function reaches(root, modules, file, seen = new Set()) {
  const path = relative(root, file);
  if (modules.includes(path)) return true;
  // Only the tests' own files are followed: what the product imports does not decide what a test needs.
  if (seen.has(file) || !path.startsWith('test/') || !existsSync(file)) return false;
  seen.add(file);
  const imports = [...readFileSync(file, 'utf8').matchAll(RELATIVE_IMPORT)];
  return imports.some(([, specifier]) => reaches(root, modules, resolve(dirname(file), specifier), seen));
}

/** Test files below `root`/test, as paths relative to `root`, by the projects of Jest that run them. */
export function partTests(root) {
  const tests = readdirSync(join(root, 'test'), { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', name))
    .sort();
  const reaching = (modules) => tests.filter((test) => reaches(root, modules, join(root, test)));
  const server = reaching(SERVER_MODULES);
  const onBoth = reaching(STORE_MODULES);
  const postgres = reaching(POSTGRES_MODULES);
  const pure = tests.filter((test) => !server.includes(test));
  return { server, postgres, pure: pure.filter((test) => onBoth.includes(test) || !postgres.includes(test)) };
}
