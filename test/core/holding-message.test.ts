import { describe, expect, it } from '@jest/globals';
import { makeRoster, makeState, World } from './hand-driven.ts';

const start = {
  name: 'run_background_agent',
  id: 'call_run',
  arguments: { agent: 'worker', task: 'Do it' },
};

function makeWorld(): World {
  const roster = makeRoster();
  const entry = roster.agents['root']?.subAgents.find(({ agent }) => agent === 'worker');
  if (entry !== undefined) entry.holdingMessage = 'One moment, I am looking.';
  return new World(makeState(roster));
}

describe('a holding message', () => {
  it('is said for an agent that started the work and ends its turn without a word', async () => {
    const world = makeWorld();
    world.say('Hello');
    const { turn } = await world.begin();
    await world.answer({ calls: [start] });
    await world.answer({ text: '' });
    expect(await turn).toBe('answered');
    expect(world.state.unstored).toContainEqual(
      expect.objectContaining({ kind: 'spoken_for', agent: 'root', text: 'One moment, I am looking.' }),
    );
    expect(world.types.slice(-2)).toEqual(['message.committed', 'turn.finished']);
  });

  it('is not needed where the agent said something itself, nor in a turn that started nothing', async () => {
    const world = makeWorld();
    world.say('Hello');
    const first = await world.begin();
    await world.answer({ text: 'I am on it.', calls: [start] });
    await world.answer({ text: '' });
    await first.turn;
    world.say('Thanks');
    const second = await world.begin();
    await world.answer({ text: '' });
    await second.turn;
    expect(world.state.unstored.filter(({ kind }) => kind === 'spoken_for')).toEqual([]);
  });
});
