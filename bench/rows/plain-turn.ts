/** One message, one model call, an answer: over our HTTP API, and by an update of a bare workflow. */
import type { Measured } from '../finding.ts';
import type { BenchSite } from '../site/bench-site.ts';
import { percentile } from '../statistics.ts';
import { countSamples } from './row.ts';
import type { Row } from './row.ts';
import { alternate, timeIt } from './time-it.ts';

const WARM_UP = 30;
/** Samples that one pair of sessions gives, so that neither history grows long. */
const TURNS_OF_A_SESSION = 50;

export const plainTurn: Row = {
  name: 'plain-turn',
  async measure(site, options) {
    const quick = await compare(site, 'quick', 'wait-0', countSamples(options, 600, 40));
    options.found(...toMeasured('model at once', quick));
    const slow = await compare(site, 'slow', 'wait-500', countSamples(options, 60, 4));
    options.found(...toMeasured('model after 500 ms', slow).slice(0, 1));
  },
};

interface Compared {
  first: number[];
  second: number[];
}

async function compare(site: BenchSite, team: string, model: string, rounds: number): Promise<Compared> {
  const all: Compared = { first: [], second: [] };
  const warmUp = model === 'wait-0' ? WARM_UP : 2;
  for (let left = rounds; left > 0; left -= TURNS_OF_A_SESSION) {
    const session = await site.ours.open(team);
    const bare = await site.peer.open(model);
    const measure = (count: number): Promise<Compared> =>
      alternate(
        count,
        () => timeIt(() => site.ours.ask(session, 'Please answer this short question of mine.')),
        () => timeIt(() => bare.ask('Please answer this short question of mine.')),
      );
    await measure(all.first.length === 0 ? warmUp : 2);
    const samples = await measure(Math.min(left, TURNS_OF_A_SESSION));
    all.first.push(...samples.first);
    all.second.push(...samples.second);
    await Promise.all([site.ours.close(session), bare.end()]);
  }
  return all;
}

function toMeasured(name: string, { first: ours, second: peer }: Compared): Measured[] {
  return [0.5, 0.99].map((share): Measured => ({
    what: `a plain turn, ${name}, p${share * 100}`,
    unit: 'ms',
    ours: percentile(ours, share),
    against: percentile(peer, share),
    goal: { atMost: 1.1 },
    samples: { ours, peer },
  }));
}
