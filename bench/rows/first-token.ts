/** How long a piece of text takes from the provider to the client; it carries the time at which it was sent. */
import { median } from '../statistics.ts';
import { readClock } from '../monotonic-clock.ts';
import { countSamples } from './row.ts';
import type { Row } from './row.ts';

const WARM_UP = 20;

export const firstToken: Row = {
  name: 'first-token',
  async measure({ ours }, options) {
    const session = await ours.open('quick');
    const stream = await ours.follow(session);
    const behind: number[] = [];
    const sinceMessage: number[] = [];
    for (let turn = -WARM_UP; turn < countSamples(options, 200, 30); turn += 1) {
      const first = stream.next(({ type }) => type === 'delta');
      const ended = stream.next(({ type }) => type === 'turn.finished');
      const begin = readClock();
      await ours.send(session, 'Please answer this short question of mine.');
      const { at, data } = await first;
      await ended;
      if (turn < 0) continue;
      behind.push(at - Number(data.text));
      sinceMessage.push(at - begin);
    }
    stream.close();
    await ours.close(session);
    options.found(
      {
        what: 'first token seen by the client after the provider has sent it, p50',
        ...{ unit: 'ms', ours: median(behind), goal: { atMost: 10 } },
        samples: { behind },
      },
      {
        what: 'the message to the first token, of a model that answers at once, p50',
        ...{ unit: 'ms', ours: median(sinceMessage) },
        samples: { sinceMessage },
      },
    );
  },
};
