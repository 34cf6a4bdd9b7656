import { describe, expect, it } from '@jest/globals';
import { mayRollOver } from '../../../core/rollover.ts';
import { goOnUnanswered } from '../../../core/task-question.ts';
import { makeState, World } from '../hand-driven.ts';

/** A task's own conversation. */
function taskWorld(): World {
  return new World(makeState(undefined, { id: { workspace: 'default', session: 'ses_1', task: 'own' } }));
}

describe('ask_starter', () => {
  const call = { name: 'ask_starter', arguments: { question: 'Which?' } };

  it('holds the task before its next step, for all questions of its step together', async () => {
    const world = taskWorld();
    await world.begin({ atLimit: 'answer' });
    await world.answer({ calls: [call, call] });
    expect(world.asked).toHaveLength(1);
    expect(world.state.untoldQuestion).toEqual({ turn: 1, step: 1 });
    expect(mayRollOver(world.state)).toBe(false);
    expect(world.types.filter((type) => type === 'task.asked')).toHaveLength(1);
    world.say('This one');
    await world.settle();
    expect(world.asked).toHaveLength(1);
    world.record({ type: 'task.resumed', task: 'own', status: 'running' });
    await world.settle();
    expect(world.asked[1]?.append.map(({ kind }) => kind)).toEqual(['tool', 'tool', 'user']);
  });

  it('leaves the turn open for a new run while it waits', async () => {
    const world = taskWorld();
    let isDue = false;
    const { turn } = await world.begin({ atLimit: 'answer', mayRollOver: () => isDue });
    await world.answer({ calls: [call] });
    isDue = true;
    await world.settle();
    expect(await turn).toBe('rollover');
    expect(world.state.holds).toEqual(['question']);
  });

  it('is over when the task is to wrap up, or when nobody is left to ask', async () => {
    const wrapping = taskWorld();
    await wrapping.begin({ atLimit: 'answer' });
    await wrapping.answer({ calls: [call] });
    wrapping.record({ type: 'task.cancelling', task: 'own', mode: 'wrap_up' });
    expect([wrapping.state.holds, wrapping.state.untoldQuestion]).toEqual([[], null]);
    const alone = taskWorld();
    await alone.begin({ atLimit: 'answer' });
    await alone.answer({ calls: [call] });
    goOnUnanswered(alone.state, alone.ports);
    goOnUnanswered(alone.state, alone.ports);
    await alone.settle();
    expect(alone.asked[1]?.append.map(({ kind }) => kind)).toEqual(['tool', 'instruction']);
  });

  it('is for tasks: a conversation asks its user', async () => {
    const world = new World();
    world.say('Hello');
    await world.begin();
    await world.answer({ calls: [call] });
    expect(world.asked[1]?.append).toMatchObject([{ kind: 'tool', outcome: 'error' }]);
  });
});
