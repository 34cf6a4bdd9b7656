import { describe, expect, it } from '@jest/globals';
import { toRoster } from '../../core/roster.ts';
import { makeTeam } from '../support/test-team.ts';
import { makeState, World } from './hand-driven.ts';

const none = { name: null, description: null, input: null, holdingMessage: null };

function makeWorld(): World {
  const team = makeTeam({ root: { subAgents: ['worker'] }, worker: {} });
  const { root } = team.agents;
  if (root === undefined) throw new Error('the team has no root');
  root.subAgents = [
    { ...none, agent: 'worker', name: 'french', input: { language: 'fr' }, holdingMessage: 'Un moment.' },
    { ...none, agent: 'worker', name: 'german' },
  ];
  return new World(makeState(toRoster(team)));
}

describe('sub-agents with names of their own', () => {
  it('are started by these names, each with what its entry says', async () => {
    const world = makeWorld();
    world.say('Go');
    await world.begin();
    await world.answer({
      calls: [{ name: 'run_background_agent', arguments: { agent: 'french', task: 'Ask' } }],
    });
    const [task] = world.state.tasks;
    expect(task).toMatchObject({ agent: 'worker', name: 'french' });
    expect(world.state.unopened[task?.id ?? '']).toMatchObject({ input: { language: 'fr' } });
    expect(world.state.holdingMessage).toBe('Un moment.');
    await world.answer({ calls: [{ name: 'list_background_agents', arguments: {} }] });
    expect(world.asked[2]?.append).toMatchObject([
      { answer: { tasks: [{ agent: 'french', title: 'Ask' }] } },
    ]);
  });

  it('are told of by these names', async () => {
    const world = makeWorld();
    world.task('t1', { agent: 'german' });
    world.finish('t1');
    await world.begin();
    expect(world.asked[0]?.append).toMatchObject([{ tasks: [{ task: 't1', agent: 'german' }] }]);
  });

  it('are also found by the name of the agent, as other programs know it', () => {
    const world = makeWorld();
    expect(world.task('t1', { agent: 'worker' })).toMatchObject({ agent: 'worker', name: 'french' });
  });

  it('are listed by their names where one is refused', () => {
    const world = makeWorld();
    expect(() => world.task('t1', { agent: 'nobody' })).toThrow('the agents are: french, german');
  });
});
