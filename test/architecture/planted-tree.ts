import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const CONFIGURATION = [
  '.dependency-cruiser.cjs',
  '.prettierrc.json',
  'eslint.config.mjs',
  'knip.json',
  'package.json',
  'scripts/lint',
  'tsconfig.json',
  'tsconfig.pure.json',
];

export interface PlantedTree {
  /** Runs one of the installed tools in the tree and returns what it wrote to stdout, however it ended. */
  run(tool: string, args: string[]): Promise<string>;
  remove(): Promise<void>;
}

/** A folder with this repository's tools and rules, and nothing but the given files: path → text. */
export async function plantTree(files: Record<string, string>): Promise<PlantedTree> {
  const folder = await mkdtemp(join(tmpdir(), 'offstage-planted-'));
  for (const path of CONFIGURATION) await cp(path, join(folder, path), { recursive: true });
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return {
    run: (tool, args) =>
      new Promise((done) => {
        const program = join('node_modules', '.bin', tool);
        execFile(program, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 }, (_error, stdout) =>
          done(stdout),
        );
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
