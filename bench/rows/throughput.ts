/** How many turns end in a second when 32 sessions ask again as soon as they are answered. */
import { readClock } from '../monotonic-clock.ts';
import { median } from '../statistics.ts';
import type { Row } from './row.ts';
import { alternate } from './time-it.ts';

const SESSIONS = 32;
const WINDOW_MS = 6_000;
const ROUNDS = 4;

export const throughput: Row = {
  name: 'throughput',
  async measure({ ours, peer }, { size, found }) {
    const ids = await Promise.all(Array.from({ length: SESSIONS }, () => ours.open('quick')));
    const bare = await Promise.all(Array.from({ length: SESSIONS }, () => peer.open('wait-0')));
    const askOurs = ids.map((id) => () => ours.ask(id, 'Next?'));
    const askPeer = bare.map((session) => () => session.ask('Next?'));
    const windowMs = WINDOW_MS * Math.max(0.5, size);
    await Promise.all([...askOurs, ...askPeer].map((ask) => ask()));
    const rounds = Math.max(2, Math.round(ROUNDS * size));
    const { first, second } = await alternate(
      rounds,
      () => countPerSecond(askOurs, windowMs),
      () => countPerSecond(askPeer, windowMs),
    );
    await Promise.all([...ids.map((id) => ours.close(id)), ...bare.map((session) => session.end())]);
    found({
      what: `turns per second, ${SESSIONS} sessions`,
      unit: 'turns/s',
      ours: median(first),
      against: median(second),
      goal: { atLeast: 0.9 },
      samples: { ours: first, peer: second },
    });
  },
};

/** What is under way when the time is over is waited for and not counted. */
async function countPerSecond(asks: readonly (() => Promise<unknown>)[], windowMs: number): Promise<number> {
  const end = readClock() + windowMs;
  let count = 0;
  await Promise.all(
    asks.map(async (ask) => {
      while (readClock() < end) {
        await ask();
        if (readClock() <= end) count += 1;
      }
    }),
  );
  return (count * 1000) / windowMs;
}
