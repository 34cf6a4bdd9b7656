import { describe, expect, it } from '@jest/globals';
import { acceptMessage, refuseMessage } from '../../core/accept-message.ts';
import type { SendMessage } from '../../protocol/session-messages.ts';
import { World } from './hand-driven.ts';

const hello: SendMessage = { id: 'm1', hash: 'h1', content: [{ type: 'text', text: 'Hello' }] };

describe('a message', () => {
  it('is taken once: the same id gives the same answer and changes nothing', () => {
    const { state, ports } = new World();
    const first = acceptMessage(state, ports, hello);
    expect(first).toEqual({ turn: 1, offset: 1 });
    const before = structuredClone(state);
    expect(refuseMessage(state, hello)).toBeNull();
    expect(acceptMessage(state, ports, hello)).toEqual(first);
    expect(state).toEqual(before);
  });

  it('with a known id and another body is refused', () => {
    const { state, ports } = new World();
    acceptMessage(state, ports, hello);
    expect(refuseMessage(state, { ...hello, hash: 'h2' })).toMatchObject({ type: 'message.id_reused' });
  });

  it('that was taken is known when the session closes, another one is refused', () => {
    const world = new World();
    acceptMessage(world.state, world.ports, hello);
    world.record({ type: 'session.closing', reason: 'x' });
    expect(refuseMessage(world.state, hello)).toBeNull();
    const refusal = refuseMessage(world.state, { ...hello, id: 'm2' });
    expect(refusal).toMatchObject({ type: 'session.closed', message: expect.stringContaining('closing') });
  });

  it('is refused while too much waits, and taken when a turn has taken it in', async () => {
    const world = new World();
    const long = (id: string): SendMessage => ({
      id,
      hash: id,
      content: [{ type: 'text', text: 'x'.repeat(60_000) }],
    });
    for (const id of ['a', 'b', 'c', 'd']) {
      expect(refuseMessage(world.state, long(id))).toBeNull();
      acceptMessage(world.state, world.ports, long(id));
    }
    expect(refuseMessage(world.state, long('e'))).toMatchObject({ type: 'session.inbox_full' });
    await world.begin();
    expect(refuseMessage(world.state, long('e'))).toBeNull();
  });

  it('says which turn takes it', async () => {
    const world = new World();
    expect(world.say('a')).toMatchObject({ turn: 1 });
    await world.begin();
    expect(world.say('b')).toMatchObject({ turn: 1 });
    expect(world.say('c', 'after_turn')).toMatchObject({ turn: 2 });
    expect(world.say('d', 'interrupt')).toMatchObject({ turn: 2 });
    expect(world.say('e')).toMatchObject({ turn: 2 });
  });

  it('that interrupts stops the turn that runs, and no turn when none runs', async () => {
    const idle = new World();
    idle.say('a', 'interrupt');
    expect(idle.state.interruptedTurn).toBeNull();
    await idle.begin();
    idle.say('b', 'interrupt');
    expect(idle.state.interruptedTurn).toBe(1);
  });

  it('is remembered for the last thousand', () => {
    const world = new World();
    for (let index = 0; index < 1001; index += 1) world.say(`${index}`);
    expect(world.state.seen).toHaveLength(1000);
    expect(world.state.seen[0]?.id).toBe('said_1');
  });
});
