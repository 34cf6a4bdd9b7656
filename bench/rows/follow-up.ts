/**
 * From the end of a background agent to the first words about it. The end is the last token of the agent's model, so
 * everything that Offstage does between the two is in it.
 */
import { median } from '../statistics.ts';
import { countSamples } from './row.ts';
import type { Row } from './row.ts';

const WARM_UP = 5;

export const followUp: Row = {
  name: 'follow-up',
  async measure({ ours }, options) {
    const session = await ours.open('patient');
    const stream = await ours.follow(session);
    const sinceLastToken: number[] = [];
    const sinceEvent: number[] = [];
    for (let round = -WARM_UP; round < countSamples(options, 40, 8); round += 1) {
      const finished = stream.next(({ type }) => type === 'task.finished');
      await ours.ask(session, 'start 1 of them');
      // The conversation is at rest, and the agent at work for half a second.
      const first = stream.next(({ type }) => type === 'delta');
      const told = stream.next(({ type }) => type === 'turn.finished');
      const { at, data } = await finished;
      const firstToken = await first;
      await told;
      const { result } = await ours.read(`/v1/sessions/${session}/tasks/${data.task}`);
      if (round < 0) continue;
      sinceLastToken.push(firstToken.at - Number(/[\d.]+$/.exec(result)?.[0]));
      sinceEvent.push(firstToken.at - at);
    }
    stream.close();
    await ours.close(session);
    options.found(
      {
        what: 'the last token of a task to the first token of the follow-up, p50',
        ...{ unit: 'ms', ours: median(sinceLastToken), goal: { atMost: 60 } },
        samples: { sinceLastToken },
      },
      {
        what: 'the event of its end to the first token of the follow-up, both as the client sees them, p50',
        ...{ unit: 'ms', ours: median(sinceEvent) },
        samples: { sinceEvent },
      },
    );
  },
};
