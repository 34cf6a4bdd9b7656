import { describe, expect, it } from '@jest/globals';
import { World } from './hand-driven.ts';

const inboxOf = (world: World): string[] =>
  world.state.inbox.flatMap((item) => (item.kind === 'completion' ? [item.task] : []));

describe('a group of tasks', () => {
  it('is told once, when the last of it has ended', async () => {
    const world = new World();
    for (const id of ['t1', 't2', 't3']) world.task(id, { group: 'g', notify: 'group' });
    world.task('t4');
    world.finish('t3');
    world.finish('t1', { status: 'failed' });
    expect(inboxOf(world)).toEqual([]);
    world.finish('t2');
    await world.begin();
    expect(world.asked[0]?.append).toMatchObject([
      { kind: 'completion', tasks: [{ task: 't1' }, { task: 't2' }, { task: 't3' }] },
    ]);
    await world.answer({ text: 'All three.' });
    world.finish('t4');
    expect(inboxOf(world)).toEqual(['t4']);
  });

  it('also waits for those of it that are told by themselves, or not at all', () => {
    const world = new World();
    world.task('t1', { group: 'g', notify: 'group' });
    world.task('t2', { group: 'g' });
    world.task('t3', { group: 'g', notify: 'never' });
    world.finish('t1');
    world.finish('t2');
    expect(inboxOf(world)).toEqual(['t2']);
    world.finish('t3');
    expect(inboxOf(world)).toEqual(['t2', 't1']);
  });

  it('does not tell again what a tool has read, nor what an earlier round told', () => {
    const world = new World();
    for (const id of ['t1', 't2']) world.task(id, { group: 'g', notify: 'group' });
    world.finish('t1');
    world.record({ type: 'completion.delivered', tasks: ['t1'], turn: 1, by: 'tool' });
    world.finish('t2');
    expect(inboxOf(world)).toEqual(['t2']);
    world.record({ type: 'completion.delivered', tasks: ['t2'], turn: 1, by: 'notice' });
    world.task('t3', { group: 'g', notify: 'group' });
    world.finish('t3');
    expect(inboxOf(world)).toEqual(['t3']);
  });

  it('keeps an end that waits for the others over the trimming of finished tasks', () => {
    const world = new World();
    world.task('t0', { group: 'g', notify: 'group' });
    world.task('last', { group: 'g', notify: 'group' });
    world.finish('t0');
    for (let index = 1; index <= 120; index += 1) {
      world.task(`t${index}`, { notify: 'never' });
      world.finish(`t${index}`);
    }
    world.finish('last');
    expect(inboxOf(world)).toEqual(['t0', 'last']);
  });

  it('has to be named where it is told of as a group', () => {
    const world = new World();
    expect(() => world.task('t1', { notify: 'group' })).toThrow('needs a group');
  });
});

describe('a task with a number of steps', () => {
  it('answers in one last step when they are used up', async () => {
    const world = new World();
    world.state.maxTurns = 2;
    world.say('Go');
    const { turn } = await world.begin({ atLimit: 'answer' });
    const think = { calls: [{ name: 'think', arguments: { thought: 'x' } }] };
    await world.answer(think);
    await world.answer(think);
    expect(world.asked.map(({ tools }) => tools)).toEqual([undefined, undefined, 'none']);
    await world.answer({ text: 'So far.' });
    expect(await turn).toBe('limit');
  });
});
