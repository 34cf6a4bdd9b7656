/** The turn of a conversation while 200 background agents of its own are at work, beside one that has none. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Measured } from '../finding.ts';
import type { BenchSite } from '../site/bench-site.ts';
import { median } from '../statistics.ts';
import { countSamples } from './row.ts';
import type { Row } from './row.ts';
import { alternate, timeIt } from './time-it.ts';

const TASKS = 200;
const PAUSE_MS = 100;
/** The bursts of the start are not what is measured; each of the agents is in its first model call then. */
const SETTLE_MS = 3_000;

export const busyTurn: Row = {
  name: 'busy-turn',
  async measure(site, options) {
    const count = countSamples(options, 80, 15);
    // Half of the idle ones before, half after: the machine may be another one by then.
    const before = await measureTurns(site, 'busy', Math.ceil(count / 2));
    const busy = await measureBusy(site, count);
    const after = await measureTurns(site, 'busy', Math.floor(count / 2));
    const idle = [...before, ...after];
    const about = (who: string, ours: number[]): Measured => ({
      what: `a turn while ${TASKS} tasks run in the other worker, ${who}`,
      ...{ unit: 'ms', ours: median(ours), against: median(idle), goal: { atMost: 1.3 } },
      samples: { busy: ours, idle },
    });
    options.found(about('their own conversation', busy.own), about('another conversation', busy.other));
  },
};

async function measureTurns({ ours }: BenchSite, team: string, count: number): Promise<number[]> {
  const session = await ours.open(team);
  const samples: number[] = [];
  for (let turn = -5; turn < count; turn += 1) {
    const elapsed = await timeIt(() => ours.ask(session, 'How is it going?'));
    if (turn >= 0) samples.push(elapsed);
    await sleep(PAUSE_MS);
  }
  await ours.close(session);
  return samples;
}

async function measureBusy({ ours }: BenchSite, count: number): Promise<{ own: number[]; other: number[] }> {
  const own = await ours.open('busy');
  const other = await ours.open('busy');
  const stream = await ours.follow(own);
  let starting = TASKS;
  const started = stream.next(({ type }) => type === 'task.started' && (starting -= 1) === 0);
  await ours.ask(own, `start ${TASKS} of them`);
  await started;
  stream.close();
  for (let turn = 0; turn < 5; turn += 1) await ours.ask(other, 'Hello?');
  await sleep(SETTLE_MS);
  const turnOf = (session: string) => async (): Promise<number> => {
    await sleep(PAUSE_MS);
    return timeIt(() => ours.ask(session, 'How is it going?'));
  };
  const { first, second } = await alternate(count, turnOf(own), turnOf(other));
  await Promise.all([ours.close(own), ours.close(other)]);
  // So many agents take a moment to stop, which is not to burden what comes next.
  await sleep(SETTLE_MS);
  return { own: first, other: second };
}
