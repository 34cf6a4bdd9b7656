import { describe, expect, it } from '@jest/globals';
import type { Bus } from '../../bus/bus.ts';
import { createPoker } from '../../workers/poke-readers.ts';

const conversationOf = (session: string) => ({ workspace: 'default', session, task: null });
const [one, other] = [conversationOf('one'), conversationOf('other')];

/** What is published: the session, and what of it. */
function listen(): { poke: ReturnType<typeof createPoker>; heard: [session: string, message: unknown][] } {
  const heard: [string, unknown][] = [];
  const publish: Bus['publish'] = (topic, message) => {
    heard.push([/one|other/.exec(topic)?.[0] ?? '', message]);
  };
  return { poke: createPoker({ publish }), heard };
}

describe('the pokes of an activation', () => {
  it('tell the readers of each conversation of its last event', async () => {
    const { poke, heard } = listen();
    poke(one, 3, false);
    poke(other, 7, false);
    poke(one, 4, false);
    await Promise.resolve();
    expect(heard).toEqual([
      ['one', { type: 'poke', offset: 4, endsTurn: false }],
      ['other', { type: 'poke', offset: 7, endsTurn: false }],
    ]);
  });

  it('tell of the last end of a turn too, when the next one has begun', async () => {
    const { poke, heard } = listen();
    poke(one, 5, true);
    await Promise.resolve();
    poke(one, 8, false);
    poke(one, 9, true);
    poke(one, 10, false);
    await Promise.resolve();
    expect(heard.map(([, message]) => message)).toMatchObject([
      { offset: 5, endsTurn: true },
      { offset: 9, endsTurn: true },
      { offset: 10, endsTurn: false },
    ]);
  });
});
