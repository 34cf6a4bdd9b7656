import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildSources, isBuilt } from '../../bin/build-sources.mjs';
import { hasPackages, installPackages } from '../../bin/install-packages.mjs';

let root: string;
let reported: string[];
const report = (line: string): void => void reported.push(line);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'offstage-bootstrap-'));
  reported = [];
  await mkdir(join(root, 'node_modules', '.bin'), { recursive: true });
  await write('package.json', JSON.stringify({ name: 'fake', scripts: { bundle: 'node bundle.mjs' } }));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const write = (path: string, content: string): Promise<void> => writeFile(join(root, path), content);
const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');

async function writeLockfile(path: string, versions: Record<string, object>): Promise<void> {
  await write(path, JSON.stringify({ name: 'fake', lockfileVersion: 3, packages: { '': {}, ...versions } }));
}

describe('the packages', () => {
  const installed = 'node_modules/.package-lock.json';

  it('are missing in a fresh clone', async () => {
    await writeLockfile('package-lock.json', { 'node_modules/a': { version: '1.0.0' } });
    expect(hasPackages(root)).toBe(false);
  });

  it('are there where npm itself installed what the lock file says, binaries of other platforms aside', async () => {
    const a = { version: '1.0.0' };
    await writeLockfile('package-lock.json', {
      'node_modules/a': a,
      'node_modules/b': { ...a, optional: true },
    });
    await writeLockfile(installed, { 'node_modules/a': a });
    expect(hasPackages(root)).toBe(true);
  });

  it('are out of date once the lock file has changed', async () => {
    await writeLockfile('package-lock.json', { 'node_modules/a': { version: '1.0.0' } });
    await writeLockfile(installed, { 'node_modules/a': { version: '1.0.0' } });
    expect(hasPackages(root)).toBe(true);
    await writeLockfile('package-lock.json', { 'node_modules/a': { version: '1.0.1' } });
    expect(hasPackages(root)).toBe(false);
  });

  it('are installed without a change to the lock file', async () => {
    await writeLockfile('package-lock.json', {});
    const before = await read('package-lock.json');
    await installPackages(root, report);
    expect(await read('package-lock.json')).toBe(before);
    expect(hasPackages(root)).toBe(true);
    expect(reported[0]).toBe('Installing packages');
  });
});

describe('the build', () => {
  beforeEach(async () => {
    // Stand-ins for the compiler and the bundler: both write where they are told.
    await write(
      'node_modules/.bin/tsc',
      '#!/bin/sh\nwhile [ "$1" != --outDir ]; do shift; done\nmkdir -p "$2"\ncp main.ts "$2/main.js"\n',
    );
    await chmod(join(root, 'node_modules', '.bin', 'tsc'), 0o755);
    await write(
      'bundle.mjs',
      `import { mkdirSync, writeFileSync } from 'node:fs';
       mkdirSync(process.argv[3], { recursive: true });
       writeFileSync(process.argv[3] + '/workflow-bundle.js', 'bundle');`,
    );
    await write('main.ts', 'first');
  });

  it('holds what the steps made, and is known to be up to date', async () => {
    expect(isBuilt(root)).toBe(false);
    await buildSources(root, report);
    expect(await read('dist/main.js')).toBe('first');
    expect(await read('dist/workflow-bundle.js')).toBe('bundle');
    expect(isBuilt(root)).toBe(true);
  });

  it('is out of date once a source has changed, been added or removed', async () => {
    await buildSources(root, report);
    await write('main.ts', 'second');
    expect(isBuilt(root)).toBe(false);
    await write('main.ts', 'first');
    expect(isBuilt(root)).toBe(true);
    await write('other.ts', '');
    expect(isBuilt(root)).toBe(false);
  });

  it('stays as it was where a step fails, whose output is shown', async () => {
    await buildSources(root, report);
    await write('main.ts', 'second');
    await write('bundle.mjs', "console.error('zod is in the bundle'); process.exit(1);");
    await expect(buildSources(root, report)).rejects.toThrow('zod is in the bundle');
    expect(await read('dist/main.js')).toBe('first');
    expect((await readdir(root)).filter((name) => name.startsWith('dist'))).toEqual(['dist']);
  });

  it('removes what a killed build has left behind', async () => {
    await mkdir(join(root, 'dist.tmp-1'));
    await buildSources(root, report);
    expect(await readdir(root)).not.toContain('dist.tmp-1');
  });
});
