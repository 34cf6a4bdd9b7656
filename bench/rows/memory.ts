/** What an idle session costs the worker that has it in memory. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchSite } from '../site/bench-site.ts';
import { countSamples } from './row.ts';
import type { Row } from './row.ts';

const WARM_UP = 200;
const SESSIONS = 1_000;
const AT_ONCE = 16;
const SETTLE_MS = 2_000;

export const memory: Row = {
  name: 'memory',
  async measure(site, options) {
    await site.replaceMainWorker();
    // What a worker needs whatever the number of sessions is there after these.
    const others = await openSessions(site, WARM_UP);
    const before = await readResident(site);
    const count = countSamples(options, SESSIONS);
    const sessions = await openSessions(site, count);
    const after = await readResident(site);
    await forAll([...others, ...sessions], (session) => site.ours.close(session));
    const kibibytes = (after - before) / count;
    const samples = { residentBefore: [before], residentAfter: [after] };
    options.found(
      { what: 'memory of an idle session in a worker', unit: 'KiB', ours: kibibytes, samples },
      { what: 'sessions per GiB', unit: 'sessions', ours: 2 ** 20 / kibibytes, samples },
    );
  },
};

/** Each with one turn, and idle since. */
async function openSessions({ ours }: BenchSite, count: number): Promise<string[]> {
  const sessions: string[] = [];
  await forAll(Array.from({ length: count }), async () => {
    const session = await ours.open('quick');
    await ours.ask(session, 'Hello?');
    sessions.push(session);
  });
  return sessions;
}

async function forAll<T>(items: readonly T[], run: (item: T) => Promise<unknown>): Promise<void> {
  const left = [...items];
  const runNext = async (): Promise<void> => {
    while (left.length > 0) await run(left.shift() as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runNext));
}

/** In KiB, of the whole process. Linux only. */
async function readResident(site: BenchSite): Promise<number> {
  await sleep(SETTLE_MS);
  const status = readFileSync(`/proc/${site.mainWorker().pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
}
