/**
 * What the Dockerfile makes, as a folder: its own commands in a folder that has the build's context only, and the files
 * that it copies. The packages are those of the lock file that `npm ci --omit=dev` installs, as links to this checkout's.
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnvironment } from '../../scripts/clean-environment.mjs';
import { listBuildContext, readDockerfile } from './dockerfile.ts';
import type { Stage } from './dockerfile.ts';

const run = promisify(execFile);

/** A folder in which `app` is the image's /app. */
export async function makeImage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'offstage-image-'));
  const stages = readDockerfile('Dockerfile');
  const context = join(folder, 'context');
  for (const file of listBuildContext()) copy(file, join(context, file));
  symlinkSync(resolve('node_modules'), join(context, 'node_modules'));
  // The packages are there: what is left of the stage is the build.
  for (const command of listCommands(stages.find(({ name }) => name === 'build'))) {
    if (command.startsWith('npm ci')) continue;
    await run('sh', ['-c', command], { cwd: context, env: cleanEnvironment(process.env) });
  }
  linkPackages(join(folder, 'packages', 'node_modules'));
  const app = join(folder, 'app');
  for (const { name, rest } of stages.at(-1)?.instructions ?? []) {
    if (name === 'COPY')
      copyInto(app, rest.split(' '), { build: context, packages: join(folder, 'packages') });
  }
  return folder;
}

function listCommands(stage: Stage | undefined): string[] {
  return (stage?.instructions ?? []).flatMap(({ name, rest }) => (name === 'RUN' ? [rest] : []));
}

/** `words`: of a COPY instruction. A folder's content is copied, a file goes below a target that ends in a slash. */
function copyInto(app: string, words: string[], stages: Record<string, string>): void {
  const from = /^--from=(.+)$/.exec(words[0] ?? '')?.[1];
  const paths = from === undefined ? words : words.slice(1);
  const target = paths.pop() ?? '';
  for (const path of paths) {
    const source = join(stages[from ?? 'build'] ?? '', path.replace('/app/', ''));
    const name = target.endsWith('/') ? join(target, path.slice(path.lastIndexOf('/') + 1)) : target;
    copy(source, join(app, name));
  }
}

function copy(source: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  cpSync(source, target, { recursive: true, verbatimSymlinks: true });
}

function linkPackages(folder: string): void {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  for (const [path, { dev }] of Object.entries(packages)) {
    if (dev || !/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) || !existsSync(path)) continue;
    const link = join(folder, path.slice('node_modules/'.length));
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve(path), link);
  }
}
