import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findTemporalCli } from '../../../cli/temporal-server/find-temporal-cli.mjs';
import { waitFor } from '../../support/wait-for.ts';

const run = promisify(execFile);
let folder: string;
let cached: string;
let reported: string[];
let archiveServer: Server | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offstage-cli-'));
  cached = join(folder, 'cache', 'offstage', 'temporal', '1.8.2', 'temporal');
  reported = [];
  for (const name of ['bin', 'go']) await mkdir(join(folder, name));
  await writeRelease({});
});

afterEach(async () => {
  archiveServer?.close();
  archiveServer?.closeAllConnections();
  archiveServer = undefined;
  await rm(folder, { recursive: true, force: true });
});

/** A release whose download fails at once, unless an archive is given. */
async function writeRelease(archive: { downloadFolder?: string; sha256?: string }): Promise<void> {
  const { downloadFolder = 'http://127.0.0.1:1/', sha256 = 'none' } = archive;
  const archives = { [`${process.platform}-${process.arch}`]: { file: 'temporal.tar.gz', sha256 } };
  const release = {
    ...{ version: '1.8.2', oldestServer: '1.29.1', downloadFolder, archives },
    ...{ goPackage: 'example.org/temporal', goVersionVariable: 'main.Version', goPackageCount: 3 },
  };
  await writeFile(join(folder, 'release.json'), JSON.stringify(release));
}

async function writeScript(path: string, body: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
}

const sayVersion = (version: string, server: string): string =>
  `echo "temporal version ${version} (Server ${server}, UI 2.42.1)"`;

/** A `go` that counts its builds and needs the file `go-ahead` to finish. */
async function writeFakeGo(): Promise<void> {
  const body = `
    echo built >> '${folder}/builds'
    while [ ! -e '${folder}/go-ahead' ]; do sleep 0.05; done
    while [ "$1" != -o ]; do shift; done
    printf '%s\\n' '#!/bin/sh' '${sayVersion('1.8.2', '1.31.2')}' > "$2"
    chmod +x "$2"`;
  await writeScript(join(folder, 'bin', 'go'), body);
}

function environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const path = [join(folder, 'bin'), '/usr/bin', '/bin'].join(delimiter);
  return { PATH: path, XDG_CACHE_HOME: join(folder, 'cache'), ...extra };
}

const find = (extra: NodeJS.ProcessEnv = {}, mayGet = true): ReturnType<typeof findTemporalCli> =>
  findTemporalCli({
    ...{ env: environment(extra), mayGet, releaseFile: join(folder, 'release.json') },
    report: (line) => reported.push(line),
  });

async function serveArchive(): Promise<{ downloadFolder: string; sha256: string }> {
  await writeScript(join(folder, 'temporal'), sayVersion('1.8.2', '1.31.2'));
  await run('tar', ['-czf', join(folder, 'temporal.tar.gz'), '-C', folder, 'temporal']);
  const archive = await readFile(join(folder, 'temporal.tar.gz'));
  archiveServer = createServer((_request, response) => response.end(archive)).listen(0, '127.0.0.1');
  await once(archiveServer, 'listening');
  return {
    downloadFolder: `http://127.0.0.1:${(archiveServer.address() as AddressInfo).port}/`,
    sha256: createHash('sha256').update(archive).digest('hex'),
  };
}

describe('looking for the Temporal CLI', () => {
  it('takes the one that was set before any other', async () => {
    await writeScript(join(folder, 'mine'), sayVersion('0.0.0-DEV', '1.31.2'));
    await writeScript(join(folder, 'bin', 'temporal'), sayVersion('1.7.0', '1.30.0'));
    const path = join(folder, 'mine');
    await expect(find({ OFFSTAGE_TEMPORAL_CLI: path })).resolves.toMatchObject({ path, source: 'setting' });
  });

  it('fails where the one that was set is no Temporal CLI, instead of taking another', async () => {
    await writeScript(join(folder, 'bin', 'temporal'), sayVersion('1.7.0', '1.30.0'));
    await expect(find({ OFFSTAGE_TEMPORAL_CLI: join(folder, 'absent') })).rejects.toMatchObject({
      tried: [{ source: 'setting', outcome: `${join(folder, 'absent')} does not exist` }],
    });
    await expect(find({ OFFSTAGE_TEMPORAL_CLI: '/bin/echo' })).rejects.toThrow('is not a Temporal CLI');
  });

  it('takes the one in the cache before the one on the PATH', async () => {
    await mkdir(join(cached, '..'), { recursive: true });
    await writeScript(cached, sayVersion('1.8.2', '1.31.2'));
    await writeScript(join(folder, 'bin', 'temporal'), sayVersion('1.7.0', '1.30.0'));
    await expect(find()).resolves.toMatchObject({ path: cached, source: 'cache', version: '1.8.2' });
  });

  it('takes one on the PATH that is new enough', async () => {
    await writeScript(join(folder, 'bin', 'temporal'), sayVersion('1.5.1', '1.29.1'));
    const path = join(folder, 'bin', 'temporal');
    await expect(find()).resolves.toMatchObject({ path, source: 'path', version: '1.5.1' });
  });

  it('skips one on the PATH that is too old, and says so', async () => {
    await writeScript(join(folder, 'bin', 'temporal'), sayVersion('0.10.0', '1.22.0'));
    await expect(find({}, false)).rejects.toMatchObject({
      tried: [
        { source: 'setting' },
        { source: 'cache' },
        { source: 'path', outcome: expect.stringContaining('too old: its server is 1.22.0') },
      ],
    });
    expect(reported.join('\n')).toContain('Skipped');
  });
});

describe('getting the Temporal CLI', () => {
  it('downloads the official archive, checks its sum and keeps it', async () => {
    await writeRelease(await serveArchive());
    await expect(find()).resolves.toMatchObject({ path: cached, source: 'download', version: '1.8.2' });
    await expect(find()).resolves.toMatchObject({ path: cached, source: 'cache' });
    expect(await readdir(join(cached, '..'))).toEqual(['temporal']);
  });

  it('does not use an archive with another sum', async () => {
    await writeRelease({ ...(await serveArchive()), sha256: 'f'.repeat(64) });
    await writeScript(join(folder, 'bin', 'go'), 'echo "no network" >&2; exit 1');
    await expect(find()).rejects.toMatchObject({
      tried: expect.arrayContaining([
        {
          source: 'download',
          outcome: expect.stringMatching(/has the checksum [0-9a-f]{64}, expected was f+/),
        },
        { source: 'build', outcome: 'go build ended with code 1: no network' },
      ]),
    });
    expect(await readdir(join(cached, '..'))).toEqual([]);
  });

  it('builds it with Go where the download fails', async () => {
    await writeFakeGo();
    await writeFile(join(folder, 'go-ahead'), '');
    const found = await find();
    expect(found).toMatchObject({ path: cached, source: 'build', version: '1.8.2' });
    expect(found.tried.map(({ source }) => source)).toEqual(['setting', 'cache', 'path', 'download']);
  });

  it('says what was tried and what to do where nothing works', async () => {
    const failure = find({ PATH: '/nowhere' });
    await expect(failure).rejects.toThrow(
      /download: 127\.0\.0\.1:1 cannot be reached.*build: there is no Go.*set OFFSTAGE_TEMPORAL_CLI/s,
    );
  });

  it('lets a second process wait for the first one, which alone builds', async () => {
    await writeFakeGo();
    const finder = join(import.meta.dirname, '../../../cli/temporal-server/find-temporal-cli.mjs');
    const script = `
      const { findTemporalCli } = await import(${JSON.stringify(finder)});
      await findTemporalCli({ env: process.env, releaseFile: ${JSON.stringify(join(folder, 'release.json'))}, report() {} });`;
    const first = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: environment(),
      stdio: 'inherit',
    });
    const ended = once(first, 'exit');
    await waitFor(() => readFile(join(folder, 'builds')), { what: 'the build of the first process' });

    const second = find();
    await waitFor(() => reported.some((line) => line.startsWith(`Process ${first.pid} is getting`)));
    await writeFile(join(folder, 'go-ahead'), '');

    await expect(second).resolves.toMatchObject({ path: cached, source: 'cache' });
    expect(await ended).toEqual([0, null]);
    expect(await readFile(join(folder, 'builds'), 'utf8')).toBe('built\n');
  });

  it('takes over from a process that was killed while building', async () => {
    await mkdir(join(cached, '..', 'getting-1'), { recursive: true });
    const gone = spawn('true');
    await once(gone, 'exit');
    const lock = { pid: gone.pid, startedAt: '1', key: 'left' };
    await writeFile(join(cached, '..', 'lock'), JSON.stringify(lock));
    await writeFakeGo();
    await writeFile(join(folder, 'go-ahead'), '');
    await expect(find()).resolves.toMatchObject({ source: 'build' });
    expect(await readdir(join(cached, '..'))).toEqual(['temporal']);
  });
});
