import { describe, expect, it } from '@jest/globals';
import { forgetArchived } from '../../core/rollover.ts';
import { readConversation, toView } from '../../core/view.ts';
import { World } from './hand-driven.ts';

describe('reading a conversation', () => {
  it('gives the events from an offset on, a page at a time', () => {
    const world = new World();
    for (let index = 0; index < 1200; index += 1) world.say(`${index}`);
    const offsets = (from: number) => readConversation(world.state, from).events.map(({ offset }) => offset);
    expect([offsets(1).at(0), offsets(1).at(-1), offsets(1).length]).toEqual([1, 500, 500]);
    expect([offsets(1001).at(0), offsets(1001).length]).toEqual([1001, 200]);
    expect(offsets(1201)).toEqual([]);
    expect(readConversation(world.state, 1201).view.offset).toBe(1200);
  });

  it('says from which offset on this run has them; what is asked from before begins there', () => {
    const world = new World();
    for (const text of ['a', 'b', 'c']) world.say(text);
    forgetArchived(world.state, 2);
    const read = readConversation(world.state, 1);
    expect(read.firstOffset).toBe(3);
    expect(read.events.map(({ offset }) => offset)).toEqual([3]);
    forgetArchived(world.state, 3);
    expect(readConversation(world.state, 1)).toMatchObject({ firstOffset: 4, events: [] });
  });

  it('gives what waits and what the store does not have, each in its time, so that nothing is missed', async () => {
    const world = new World();
    world.say('Hello');
    expect(readConversation(world.state, 1)).toMatchObject({
      waiting: [{ id: 'said_Hello', content: [{ text: 'Hello' }], delivery: 'next_step', at: 2000 }],
      unstored: [],
    });
    await world.begin();
    expect(readConversation(world.state, 1)).toMatchObject({ waiting: [], unstored: [{ id: 'said_Hello' }] });
    await world.answer({ text: 'Hi' });
    expect(readConversation(world.state, 1)).toMatchObject({ waiting: [], unstored: [] });
  });
});

describe('the view', () => {
  it('is idle, busy, closing and closed', async () => {
    const world = new World();
    expect(toView(world.state).status).toBe('idle');
    world.say('Hello');
    await world.begin();
    expect(toView(world.state)).toMatchObject({ status: 'busy', turn: 1, step: 1, phase: 'model' });
    world.record({ type: 'session.closing', reason: 'x' });
    expect(toView(world.state)).toMatchObject({ status: 'closing', closeReason: 'x' });
    world.record({ type: 'session.closed', reason: 'x' });
    expect(toView(world.state).status).toBe('closed');
  });

  it("shows tasks without what is the engine's own, and the usage of the whole tree", () => {
    const world = new World();
    world.task('t1', { key: 'secret key' });
    world.finish('t1');
    const view = toView(world.state);
    expect(view.tasks).toMatchObject([{ id: 't1', agent: 'worker', status: 'completed' }]);
    expect(Object.keys(view.tasks[0] ?? {})).not.toEqual(expect.arrayContaining(['key']));
    expect(view.usage.modelCalls).toBe(0);
    expect(view.treeUsage.modelCalls).toBe(1);
  });
});
