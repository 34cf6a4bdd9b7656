import { describe, expect, it } from '@jest/globals';
import { toRoster } from '../../core/roster.ts';
import type { NewRow } from '../../protocol/transcript.ts';
import { makeTeam } from '../support/test-team.ts';
import type { TestAgent } from '../support/test-team.ts';
import { makeState, World } from './hand-driven.ts';

const to = (agent: string): { agent: string; description: null } => ({ agent, description: null });

function makeWorld(limits: Parameters<typeof makeTeam>[1] = {}, root: Partial<TestAgent> = {}): World {
  const team = makeTeam(
    {
      root: { handoffs: [to('billing')], subAgents: ['worker'], ...root },
      billing: { handoffs: [to('root')] },
      worker: {},
    },
    limits,
  );
  return new World(makeState(toRoster(team)));
}

const handoff = (agent: string, reason?: string, id = 'call_1') => ({
  name: 'handoff',
  id,
  arguments: { agent, ...(reason === undefined ? {} : { reason }) },
});

function rowsOf(world: World): NewRow[] {
  return [...world.asked.flatMap(({ append }) => append), ...world.state.unstored];
}

function textsOf(world: World, kind: NewRow['kind']): string[] {
  return rowsOf(world).flatMap((row) => (row.kind === kind && 'text' in row ? [row.text] : []));
}

describe('a handoff', () => {
  it('lets the other agent answer in the same turn, told by whom and why', async () => {
    const world = makeWorld();
    world.say('My invoice is wrong');
    await world.begin();
    await world.answer({ calls: [handoff('billing', 'It is about an invoice')] });
    expect(world.asked.map(({ agent, turn, step }) => [agent, turn, step])).toEqual([
      ['root', 1, 1],
      ['billing', 1, 2],
    ]);
    expect(world.state.events.find(({ type }) => type === 'agent.switched')).toMatchObject({
      from: 'root',
      to: 'billing',
      reason: 'It is about an invoice',
    });
    const rows = world.asked[1]?.append.map(({ kind, place }) => [kind, ...place]);
    expect(rows).toEqual([
      ['tool', 1, 1, 2],
      ['instruction', 1, 1, 3],
    ]);
    const [told] = textsOf(world, 'instruction');
    expect(told).toContain('root has handed this conversation over to you, billing.');
    expect(told).toContain('The reason given: It is about an invoice. Go on from here');
    expect(told).toContain('the tools that root called are not yours');
    await world.answer({ text: 'Let me see.' });
    expect(world.state).toMatchObject({ agent: 'billing', lastOutcome: 'answered' });
  });

  it('leaves the calls beside it to the earlier agent', async () => {
    const world = makeWorld();
    world.say('Both');
    await world.begin();
    const run = { name: 'run_background_agent', id: 'call_2', arguments: { agent: 'worker', task: 'Look' } };
    await world.answer({ calls: [handoff('billing'), run] });
    expect(world.state.tasks).toMatchObject([{ agent: 'worker', status: 'queued' }]);
    expect(world.asked[1]?.agent).toBe('billing');
  });

  it.each([
    ['nobody', handoff('nobody'), 'error'],
    ['itself', handoff('root'), 'error'],
  ])('to %s is refused with those that there are', async (_name, call) => {
    const world = makeWorld();
    world.say('Go');
    await world.begin();
    await world.answer({ calls: [call] });
    expect(world.state.agent).toBe('root');
    expect(textsOf(world, 'tool')[0]).toContain('they are: billing');
  });

  it('counts once in a step', async () => {
    const world = makeWorld();
    world.say('Go');
    await world.begin();
    await world.answer({ calls: [handoff('billing'), handoff('billing', undefined, 'call_2')] });
    expect(world.types.filter((type) => type === 'agent.switched')).toHaveLength(1);
    expect(textsOf(world, 'tool')[1]).toBe(
      'not handed over: another call of this step hands the conversation over',
    );
  });

  it('never happens in a task', async () => {
    const world = makeWorld();
    world.state.id.task = 'agent_task_1';
    world.say('Go');
    await world.begin();
    await world.answer({ calls: [handoff('billing')] });
    expect(world.state.agent).toBe('root');
    expect(textsOf(world, 'tool')[0]).toContain('there are none');
  });

  it('goes around and around no more often than the limit, then the user is told', async () => {
    const world = makeWorld({ maxHandoffsPerTurn: 2 });
    world.say('Go');
    const { turn } = await world.begin();
    await world.answer({ calls: [handoff('billing')] });
    await world.answer({ calls: [handoff('root')] });
    await world.answer({ calls: [handoff('billing')] });
    expect(await turn).toBe('limit');
    expect(world.state.agent).toBe('root');
    expect(textsOf(world, 'system')).toEqual([
      expect.stringContaining('handed on 2 times without an answer'),
    ]);
    world.say('Again');
    await world.begin();
    await world.answer({ calls: [handoff('billing')] });
    expect(world.state.agent).toBe('billing');
  });

  it('gives the new agent the steps of its own', async () => {
    const world = makeWorld({}, { maxIterations: 1 });
    world.say('Go');
    await world.begin();
    await world.answer({ calls: [handoff('billing')] });
    await world.answer({ calls: [{ name: 'think', id: 'c', arguments: { thought: 'x' } }] });
    expect(world.asked).toHaveLength(3);
    expect(world.state.turnOpen).toBe(true);
  });
});

describe('tasks after a handoff', () => {
  async function handOver(): Promise<World> {
    const world = makeWorld();
    world.task('t1');
    world.say('Go');
    await world.begin();
    await world.answer({ calls: [handoff('billing')] });
    return world;
  }

  it('stay with the conversation: the new agent gets tools for them', async () => {
    const world = await handOver();
    expect(world.asked.map(({ hasTasks }) => hasTasks)).toEqual([undefined, true]);
    await world.answer({ calls: [{ name: 'stop_background_agent', arguments: { task_id: 't1' } }] });
    expect(world.orders).toEqual([{ task: 't1', kind: 'stop' }]);
  });

  it('are told by whoever is active; then their tools are gone', async () => {
    const world = await handOver();
    await world.answer({ text: 'Yes?' });
    world.finish('t1');
    await world.begin();
    expect(world.asked.at(-1)).toMatchObject({ agent: 'billing', hasTasks: true });
    await world.answer({ text: 'It is done.' });
    world.say('Thanks');
    await world.begin();
    expect(world.asked.at(-1)?.hasTasks).toBeUndefined();
  });
});
