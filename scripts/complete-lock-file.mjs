// A registry that has some platforms only leaves the binaries of the others out of the lock file, and `npm ci`
// then refuses the file on every platform. What is missing is known from the packages that ask for it: the exact
// version, and the platform by the name. With --check nothing is written, and a gap fails.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'package-lock.json';
const PLATFORM =
  /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|ia32|loong64|ppc64|riscv64|s390x|x64)/;

/** The places where Node looks for a package that the one at `path` asks for, nearest first. */
function listPlaces(path, name) {
  const above = path.split('node_modules/').slice(0, -1);
  const folders = above.map((_part, index) => above.slice(0, index + 1).join('node_modules/'));
  return [`${path}/`, ...folders.reverse()].map((folder) => `${folder}node_modules/${name}`);
}

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const added = {};
for (const [path, { dev, optionalDependencies = {} }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (listPlaces(path, name).some((place) => place in lock.packages)) continue;
    const [, os, cpu] = PLATFORM.exec(name) ?? [];
    if (os === undefined || !/^\d/.test(version)) {
      console.error(`${FILE}: no entry for ${name}@${version} (optional, of ${path})`);
      process.exitCode = 1;
      continue;
    }
    added[`node_modules/${name}`] = { version, cpu: [cpu], ...(dev && { dev }), optional: true, os: [os] };
  }
}

const names = Object.keys(added);
if (names.length > 0 && process.argv.includes('--check')) {
  console.error(`${FILE} lacks ${names.join(', ')}: node scripts/complete-lock-file.mjs`);
  process.exitCode = 1;
} else if (names.length > 0) {
  const entries = Object.entries({ ...lock.packages, ...added });
  lock.packages = Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${FILE}: added ${names.length} entries`);
}
