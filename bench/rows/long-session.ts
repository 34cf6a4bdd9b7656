/** One session of a thousand turns: its turns beside those of a young one, and its first turn in a new worker. */
import type { Measured } from '../finding.ts';
import type { BenchSite } from '../site/bench-site.ts';
import { median } from '../statistics.ts';
import { countSamples } from './row.ts';
import type { Row } from './row.ts';
import { alternate, timeIt } from './time-it.ts';

const TURNS = 1_000;
const WARM_UP = 10;
/** Of the young session: its turns from the tenth to the twentieth, then another session. */
const YOUNG = { from: 10, count: 10 };

export const longSession: Row = {
  name: 'long-session',
  async measure(site, options) {
    const turns = countSamples(options, TURNS);
    options.report(`  a session of ${turns} turns is made`);
    const long = await site.ours.open('quick');
    await askTimes(site, long, turns);
    options.found(await compareAges(site, long, turns, countSamples(options, 100, 20)));
    options.found(...(await measureResume(site, long, turns, countSamples(options, 5))));
  },
};

async function askTimes({ ours }: BenchSite, session: string, count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1)
    await ours.ask(session, 'Please answer this short question of mine.');
}

async function compareAges(site: BenchSite, long: string, turns: number, count: number): Promise<Measured> {
  const samples = { long: [] as number[], young: [] as number[] };
  while (samples.long.length < count) {
    const young = await site.ours.open('quick');
    await askTimes(site, young, YOUNG.from - 1);
    const { first, second } = await alternate(
      YOUNG.count,
      () => timeIt(() => askTimes(site, long, 1)),
      () => timeIt(() => askTimes(site, young, 1)),
    );
    samples.long.push(...first);
    samples.young.push(...second);
    await site.ours.close(young);
  }
  return {
    what: `turn ${turns} of a session beside turn ${YOUNG.from}, p50`,
    ...{ unit: 'ms', ours: median(samples.long), against: median(samples.young), goal: { atMost: 1.1 } },
    samples,
  };
}

/** The new worker has answered others before: what is cold is the session, not the process. */
async function measureResume(
  site: BenchSite,
  long: string,
  turns: number,
  count: number,
): Promise<Measured[]> {
  const cold: number[] = [];
  const next: number[] = [];
  for (let round = 0; round < count; round += 1) {
    await site.replaceMainWorker();
    const other = await site.ours.open('quick');
    await askTimes(site, other, WARM_UP);
    cold.push(await timeIt(() => askTimes(site, long, 1)));
    next.push(await timeIt(() => askTimes(site, long, 1)));
    await site.ours.close(other);
  }
  return [
    {
      what: `cold resume of a session of ${turns} turns on a new worker: the whole first turn`,
      ...{ unit: 'ms', ours: median(cold), goal: { atMost: 300 } },
      samples: { cold },
    },
    {
      what: 'the turn after the cold one',
      ...{ unit: 'ms', ours: median(next) },
      samples: { next },
    },
  ];
}
