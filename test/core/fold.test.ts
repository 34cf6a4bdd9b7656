import { describe, expect, it } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { toCarriedState } from '../../core/rollover.ts';
import { World } from './hand-driven.ts';

/** A state with everything in it that a conversation can have. */
async function makeRichWorld(): Promise<World> {
  const world = new World();
  world.record({ type: 'session.opened', team: 'test', agent: 'root' });
  world.say('Hello');
  await world.begin();
  await world.answer({ text: 'Hm.', calls: [{ name: 'think', arguments: { thought: 'a' } }] });
  world.task('done', { key: 'k', title: 'First', notify: 'always' });
  world.task('running');
  const waiting = world.task('waiting', { launched: false });
  world.state.unopened['waiting'] = { agent: 'worker', task: 'Text', variables: { city: 'Graz' } };
  const message = { id: 'm', hash: 'h', content: [{ type: 'text' as const, text: 'x' }] };
  world.state.undelivered['waiting'] = [{ kind: 'message', message }];
  expect(waiting.status).toBe('queued');
  world.finish('done', {
    status: 'failed',
    error: { type: 'a.b', message: 'No.' },
    stopped: [{ id: 'x', agent: 'worker', status: 'cancelled', partial: true }],
  });
  world.say('And', 'after_turn');
  world.say('Stop', 'interrupt');
  await world.answer({ text: 'Once', stopped: 'interrupted' });
  world.state.unstored.push({ kind: 'system', place: [1, 2, 7], id: 's', at: 1, text: 'words' });
  return world;
}

function assertPlain(value: unknown, path = 'state'): void {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) {
    if (typeof value === 'number') expect([path, Number.isFinite(value)]).toEqual([path, true]);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  expect([path, prototype === Object.prototype || prototype === Array.prototype]).toEqual([path, true]);
  for (const [key, inner] of Object.entries(value as object)) assertPlain(inner, `${path}.${key}`);
}

describe('the state of a conversation', () => {
  it('is plain JSON all through: no Map, Set, Date or class, and nothing undefined', async () => {
    const { state } = await makeRichWorld();
    assertPlain(state);
  });

  it("comes out of Temporal's payload converter as it went in", async () => {
    const carried = toCarriedState((await makeRichWorld()).state);
    const payload = defaultPayloadConverter.toPayload(carried);
    expect(defaultPayloadConverter.fromPayload(payload)).toStrictEqual(carried);
    expect(JSON.parse(JSON.stringify(carried))).toStrictEqual(carried);
  });
});

describe('the fold', () => {
  it('numbers events from 1 without gaps and stamps them with the time', () => {
    const world = new World();
    world.record({ type: 'session.opened', team: 'test', agent: 'root' });
    world.clock = 3000;
    world.say('Hello');
    expect(world.state.events.map(({ offset, at }) => [offset, at])).toEqual([
      [1, 2000],
      [2, 3000],
    ]);
    expect(world.state.offset).toBe(2);
  });

  it('sums what model calls used, in the turn and in all', async () => {
    const world = new World();
    for (const text of ['One', 'Two']) {
      world.say(text);
      await world.begin();
      await world.answer({ text });
    }
    expect(world.state.usage).toMatchObject({
      inputTokens: 20,
      outputTokens: 10,
      costUsd: null,
      modelCalls: 2,
    });
    expect(world.state.turnUsage).toMatchObject({ inputTokens: 10, modelCalls: 1 });
  });

  it('names the phase and the tools at work', async () => {
    const world = new World();
    world.say('Hello');
    await world.begin();
    expect(world.state.phase).toBe('model');
    await world.answer({
      calls: [
        { name: 'slow', id: 'a' },
        { name: 'slow', id: 'b' },
      ],
    });
    expect(world.state).toMatchObject({ phase: 'tools', currentTools: ['slow', 'slow'] });
    await world.finishTool('a');
    expect(world.state.currentTools).toEqual(['slow']);
    await world.finishTool('b');
    expect(world.state).toMatchObject({ phase: 'model', currentTools: [] });
  });

  it('goes from open over closing to closed', () => {
    const world = new World();
    world.record({ type: 'session.closing', reason: 'enough' });
    expect(world.state).toMatchObject({ status: 'closing', closeReason: 'enough' });
    world.record({ type: 'session.closed', reason: 'enough' });
    expect(world.state.status).toBe('closed');
  });
});
