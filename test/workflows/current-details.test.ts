import { describe, expect, it } from '@jest/globals';
import { describeConversation } from '../../workflows/current-details.ts';
import { World } from '../core/hand-driven.ts';

/** What stands under "now" in the Temporal Web UI. */
const nowOf = ({ state }: World): string => describeConversation(state).split('\n')[2]?.split(' | ')[1] ?? '';

describe('what the Temporal Web UI says of a conversation', () => {
  it('is where it is, and how many messages wait', async () => {
    const world = new World();
    expect(nowOf(world)).toBe('not begun yet');
    world.say('Hello');
    await world.begin();
    expect(nowOf(world)).toBe('turn 1, step 1 (model)');
    world.say('And');
    expect(nowOf(world)).toBe('turn 1, step 1 (model, 1 message waits)');
    world.say('more');
    expect(nowOf(world)).toBe('turn 1, step 1 (model, 2 messages wait)');
    await world.answer({ text: 'Hi' });
    await world.answer({ text: 'Good.' });
    expect(nowOf(world)).toBe('idle after turn 1');
  });

  it('is why it stands still, between its turns too', async () => {
    const world = new World();
    world.state.holds = ['paused'];
    expect(nowOf(world)).toBe('not begun yet (paused)');
    world.say('Hello');
    expect(nowOf(world)).toBe('not begun yet (paused, 1 message waits)');
  });
});
