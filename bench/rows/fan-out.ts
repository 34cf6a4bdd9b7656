/** A model asks for many background agents at once: from the message until all of them have ended. */
import type { Measured } from '../finding.ts';
import type { BenchSite } from '../site/bench-site.ts';
import { readClock } from '../monotonic-clock.ts';
import { median } from '../statistics.ts';
import { countSamples } from './row.ts';
import type { Row, RowOptions } from './row.ts';
import { alternate, timeIt } from './time-it.ts';

const COUNTS = [
  { tasks: 1, rounds: 20 },
  { tasks: 10, rounds: 8 },
  { tasks: 100, rounds: 3 },
  { tasks: 500, rounds: 1 },
];

const LATENCIES = [
  { team: 'quick', childModel: 'wait-0', words: 'model at once' },
  { team: 'patient', childModel: 'wait-500', words: 'model after 500 ms' },
];

export const fanOut: Row = {
  name: 'fan-out',
  async measure(site, options) {
    await runOurs(site, 'quick', 10);
    await runPeer(site, 'wait-0', 10);
    for (const latency of LATENCIES) {
      for (const { tasks, rounds } of options.size < 1 ? COUNTS.slice(0, 3) : COUNTS)
        options.found(await compare(site, { ...latency, tasks, rounds: countRounds(options, rounds) }));
    }
  },
};

const countRounds = (options: RowOptions, rounds: number): number =>
  countSamples(options, rounds, Math.min(rounds, 2));

interface FanOut {
  team: string;
  childModel: string;
  words: string;
  tasks: number;
  rounds: number;
}

async function compare(
  site: BenchSite,
  { team, childModel, words, tasks, rounds }: FanOut,
): Promise<Measured> {
  const { first, second } = await alternate(
    rounds,
    () => runOurs(site, team, tasks),
    () => runPeer(site, childModel, tasks),
  );
  return {
    what: `${tasks} ${tasks === 1 ? 'task' : 'tasks'}, ${words}`,
    unit: 'ms',
    ours: median(first),
    against: median(second),
    goal: { atMost: 1.3 },
    samples: { ours: first, peer: second },
  };
}

/** The conversation goes on meanwhile: it tells of the tasks that have ended, which is not waited for. */
async function runOurs({ ours }: BenchSite, team: string, tasks: number): Promise<number> {
  const session = await ours.open(team);
  const stream = await ours.follow(session);
  let left = tasks;
  const ended = stream.next(({ type }) => type === 'task.finished' && (left -= 1) === 0);
  const begin = readClock();
  await ours.send(session, `start ${tasks} of them`);
  const { at } = await ended;
  const closed = stream.next(({ type }) => type === 'session.closed');
  await ours.close(session);
  await closed;
  stream.close();
  return at - begin;
}

async function runPeer({ peer }: BenchSite, childModel: string, tasks: number): Promise<number> {
  const session = await peer.open('wait-0');
  const elapsed = await timeIt(() => session.fanOut(tasks, childModel));
  await session.end();
  return elapsed;
}
