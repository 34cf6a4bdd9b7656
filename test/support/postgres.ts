/** A PostgreSQL server of the test's own: in a folder that goes with it, on a free port, never as root. */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { askDatabase, createDatabase } from './create-database.ts';
import { findFreePort } from './free-port.ts';
import { waitFor } from './wait-for.ts';

export interface TestPostgres {
  /** Of its first database. */
  url: string;
  /** Makes an empty database and gives its URL. */
  createDatabase(): Promise<string>;
  /** SIGKILL to every process of it. */
  kill(): Promise<void>;
  /** Starts it again on the same folder and port. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

const DEBIAN_FOLDER = '/usr/lib/postgresql';

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) killGroup(child);
});

export async function startPostgres(): Promise<TestPostgres> {
  const programs = findPrograms();
  const user = findUser();
  const folder = await mkdtemp(join(tmpdir(), 'offstage-postgres-'));
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const port = await findFreePort();
  const initial = ['-D', data, '-U', 'offstage', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  execFileSync(join(programs, 'initdb'), initial, {
    ...user,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = `postgresql://offstage:not-shown@127.0.0.1:${port}/postgres?sslmode=disable`;
  let server: ChildProcess;

  async function start(): Promise<void> {
    const flags = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder, '-c', 'fsync=off'];
    // Detached: a process group of its own, so that all of its processes can be killed and no others.
    server = spawn(join(programs, 'postgres'), flags, {
      ...user,
      cwd: folder,
      detached: true,
      stdio: 'ignore',
    });
    running.add(server);
    const answers = (): Promise<true> => askDatabase(url, 'select 1').then(() => true);
    await waitFor(answers, { what: 'the PostgreSQL server' });
  }

  async function end(how: (child: ChildProcess) => void): Promise<void> {
    const ended = server.exitCode === null && server.signalCode === null ? once(server, 'exit') : null;
    how(server);
    await ended;
    running.delete(server);
  }

  await start();
  return {
    url,
    createDatabase: () => createDatabase(url),
    kill: () => end(killGroup),
    restart: start,
    async remove() {
      // SIGINT: it ends its connections and then itself.
      await end((child) => child.kill('SIGINT'));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The folder of `initdb` and `postgres`: on the path, or where Debian keeps them, the newest version first. */
function findPrograms(): string {
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER) : [];
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...versions
      .toSorted((a, b) => Number(b) - Number(a))
      .map((version) => join(DEBIAN_FOLDER, version, 'bin')),
  ];
  const found = folders.find((folder) =>
    ['initdb', 'postgres'].every((program) => existsSync(join(folder, program))),
  );
  if (found !== undefined) return found;
  throw new Error(
    'These tests need PostgreSQL (initdb and postgres), and it is neither on the PATH nor in ' +
      `${DEBIAN_FOLDER}. Install it, on Debian: apt-get install postgresql. No service has to run.`,
  );
}

/** PostgreSQL refuses to run as root: there the server belongs to nobody. */
function findUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const read = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: read('-u'), gid: read('-g') };
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
