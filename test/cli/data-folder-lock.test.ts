import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockDataFolder } from '../../cli/data-folder-lock.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offstage-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Another process that takes the lock, says so, and keeps it until it is killed. */
async function lockElsewhere(): Promise<{ pid: number; kill: () => Promise<unknown> }> {
  const module = join(import.meta.dirname, '../../cli/file-lock.mjs');
  const script = `
    const { tryFileLock } = await import(${JSON.stringify(module)});
    console.log(Object.keys(tryFileLock(${JSON.stringify(join(folder, 'lock'))}))[0]);
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const [said] = (await once(owner.stdout, 'data')) as [Buffer];
  expect(said.toString()).toBe('release\n');
  const ended = once(owner, 'exit');
  return { pid: owner.pid ?? 0, kill: () => (owner.kill('SIGKILL'), ended) };
}

describe('the lock of a data folder', () => {
  it('refuses a second owner and names the first', async () => {
    const owner = await lockElsewhere();
    expect(() => lockDataFolder(folder)).toThrow(
      `Process ${owner.pid} already runs Offstage on the data folder ${folder}`,
    );
    await owner.kill();
  });

  it('is taken over from a process that was killed', async () => {
    const owner = await lockElsewhere();
    await owner.kill();
    lockDataFolder(folder).release();
  });

  it('is free after its release, and leaves nothing behind', async () => {
    lockDataFolder(folder).release();
    expect(await readdir(folder)).toEqual([]);
    lockDataFolder(folder).release();
  });

  it('makes the folder', () => {
    const inner = join(folder, 'not', 'yet');
    const lock = lockDataFolder(inner);
    expect(() => lockDataFolder(inner)).toThrow(`Process ${process.pid}`);
    lock.release();
  });
});
