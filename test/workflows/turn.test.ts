import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTeam } from '../support/test-team.ts';
import { startTestOffstage } from '../support/test-offstage.ts';
import type { TestOffstage } from '../support/test-offstage.ts';

let offstage: TestOffstage;
beforeAll(async () => {
  offstage = await startTestOffstage();
});
afterAll(() => offstage.close());

const assistant = makeTeam({ assistant: {} });

describe('a turn', () => {
  it('answers a message, and its events say how', async () => {
    const session = await offstage.open(assistant, { assistant: [{ say: 'Good morning.' }] });
    const acknowledgement = await session.say('Hello', 'next_step', 'msg_1');
    expect(acknowledgement).toEqual({ message: 'msg_1', turn: 1, offset: 2 });
    await session.untilIdle(1);
    console.log(JSON.stringify((await session.events()).at(-1)));
    expect(await session.transcript()).toEqual(['user: Hello', 'assistant: Good morning.']);
    expect((await session.events()).map(({ type }) => type)).toEqual([
      'session.opened',
      'message.queued',
      'turn.started',
      'step.started',
      'message.committed',
      'turn.finished',
    ]);
  });
});
