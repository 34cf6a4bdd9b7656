// `NODE_OPTIONS=--import=<this file>` with OFFSTAGE_BENCH_PROFILES=<folder>: every thread leaves a CPU profile there.
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';

/** A thread that is ended from outside has no last word: its profile is what it did until the last time. */
const WRITE_EVERY_MS = 15_000;

const folder = process.env['OFFSTAGE_BENCH_PROFILES'];
if (folder !== undefined) {
  mkdirSync(folder, { recursive: true });
  const words = process.argv.slice(2).filter((word) => /^\w+$/.test(word));
  const session = new Session();
  session.connect();
  let count = 0;
  const start = () => session.post('Profiler.start');
  const write = () => {
    session.post('Profiler.stop', (error, { profile } = {}) => {
      const name = [...words, process.pid, threadId, (count += 1)].join('-');
      if (error === null) writeFileSync(join(folder, `${name}.cpuprofile`), JSON.stringify(profile));
    });
  };
  session.post('Profiler.enable');
  start();
  setInterval(() => {
    write();
    start();
  }, WRITE_EVERY_MS).unref();
  process.once('exit', write);
}
