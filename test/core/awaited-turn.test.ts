import { describe, expect, it } from '@jest/globals';
import { AwaitedTurn } from '../../core/awaited-turn.ts';
import { forgetArchived } from '../../core/rollover.ts';
import { World } from './hand-driven.ts';

const tool = { name: 'look_up', id: 'call_look' };

/** Says it, and waits for the turn that takes it. */
function ask(world: World, text: string, delivery: 'next_step' | 'after_turn' = 'next_step'): AwaitedTurn {
  const { offset } = world.say(text, delivery) ?? { offset: 0 };
  return new AwaitedTurn(world.state, `said_${text}`, offset);
}

describe('the turn that takes a message', () => {
  it('is over when it has ended, with the last that was said in it', async () => {
    const world = new World();
    const awaited = ask(world, 'Hello');
    const { turn } = await world.begin();
    expect(awaited.isOver()).toBe(false);
    await world.answer({ text: 'I look.', calls: [tool] });
    expect(awaited.isOver()).toBe(false);
    world.clock = 3000;
    await world.finishTool('call_look');
    await world.answer({ text: 'Done.' });
    expect(await turn).toBe('answered');
    expect(awaited.isOver()).toBe(true);
    const [, second] = world.state.events.filter(({ type }) => type === 'message.committed');
    expect(second).toMatchObject({ at: 3000 });
    const message = (second as { message: string }).message;
    expect(awaited.end).toEqual({ turn: 1, outcome: 'answered', reply: { message, at: 3000 } });
  });

  it('is the same for all that it took, and what was said before a message came is no reply to it', async () => {
    const world = new World();
    const first = ask(world, 'Hello');
    const second = ask(world, 'And you?');
    const { turn } = await world.begin();
    await world.answer({ text: 'I look.', calls: [tool] });
    const late = ask(world, 'Stop');
    await world.finishTool('call_look');
    world.record({ type: 'turn.interrupting', turn: 1 });
    await world.answer({ stopped: 'interrupted' });
    expect(await turn).toBe('interrupted');
    expect([first, second, late].map((awaited) => awaited.isOver())).toEqual([true, true, true]);
    expect(first.end).toMatchObject({ turn: 1, outcome: 'interrupted', reply: { message: 'msg_1' } });
    expect(second.end).toEqual(first.end);
    expect(late.end).toEqual({ turn: 1, outcome: 'interrupted', reply: null });
  });

  it('is the next one, where the one that runs ends before a step takes it', async () => {
    const world = new World();
    world.say('Hello');
    const { turn } = await world.begin();
    const joining = ask(world, 'Wait');
    const waiting = ask(world, 'Then this', 'after_turn');
    world.record({ type: 'turn.interrupting', turn: 1 });
    await world.answer({ stopped: 'interrupted' });
    await turn;
    expect([joining.isOver(), waiting.isOver()]).toEqual([false, false]);
    const { turn: next } = await world.begin();
    await world.answer({ text: 'Yes.' });
    await next;
    expect([joining.isOver(), waiting.isOver()]).toEqual([true, true]);
    expect(joining.end).toMatchObject({ turn: 2, outcome: 'answered', reply: { message: 'msg_1' } });
    expect(waiting.end).toEqual(joining.end);
  });

  it('has an end that only its events tell, where its last words are not in the store yet', async () => {
    const world = new World();
    const awaited = ask(world, 'Hello');
    const { turn } = await world.begin();
    await world.end({ kind: 'failed', error: { type: 'model.denied', message: 'no' } });
    expect(await turn).toBe('failed');
    expect([awaited.isOver(), awaited.end]).toEqual([true, null]);
  });

  it('is known to whoever asks later, as long as the workflow has its events', async () => {
    const world = new World();
    const first = ask(world, 'Hello');
    const { turn } = await world.begin();
    await world.answer({ text: 'Yes.' });
    await turn;
    const again = () => new AwaitedTurn(world.state, 'said_Hello', 1);
    const late = again();
    expect([late.isOver(), first.isOver()]).toEqual([true, true]);
    expect(late.end).toEqual(first.end);
    forgetArchived(world.state, world.state.offset);
    const tooLate = again();
    expect([tooLate.isOver(), tooLate.end]).toEqual([true, null]);
    // What was found stays.
    expect([first.isOver(), first.end]).toEqual([true, late.end]);
  });

  it('will not come once the session closes and none runs', async () => {
    const world = new World();
    const taken = ask(world, 'Hello');
    const { turn } = await world.begin();
    const waiting = ask(world, 'Then this', 'after_turn');
    world.record({ type: 'session.closing', reason: 'test' });
    world.record({ type: 'turn.interrupting', turn: 1 });
    expect([taken.isOver(), waiting.isOver()]).toEqual([false, false]);
    await world.answer({ text: 'Yes', stopped: 'interrupted' });
    await turn;
    expect([taken.isOver(), waiting.isOver()]).toEqual([true, true]);
    expect(taken.end).toMatchObject({ turn: 1, outcome: 'interrupted', reply: { message: 'msg_1' } });
    expect(waiting.end).toBeNull();
  });
});
