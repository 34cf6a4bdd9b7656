import { describe, expect, it } from '@jest/globals';
import { makeRoster, makeState, World } from './hand-driven.ts';

const think = { name: 'think', id: 'call_think', arguments: { thought: 'hm' } };
const tool = { name: 'look_up', id: 'call_look' };

async function beginTurn(world = new World()) {
  world.say('Hello');
  const { turn } = await world.begin();
  return { world, turn };
}

describe('the events of a turn', () => {
  it('that is answered', async () => {
    const { world, turn } = await beginTurn();
    await world.answer({ text: 'Good morning.' });
    expect(await turn).toBe('answered');
    expect(world.types).toEqual([
      'message.queued',
      'turn.started',
      'step.started',
      'message.committed',
      'turn.finished',
    ]);
    expect(world.state.events).toMatchObject([
      { offset: 1 },
      { offset: 2, turn: 1, cause: 'message', inputs: ['said_Hello'] },
      { offset: 3, step: 1, agent: 'root', inputs: ['said_Hello'] },
      { offset: 4, status: 'committed' },
      { offset: 5, outcome: 'answered', error: null, usage: { inputTokens: 10, modelCalls: 1 } },
    ]);
  });

  it('with tools: started in the order of the calls, finished in the same order whichever ends first', async () => {
    const { world, turn } = await beginTurn();
    await world.answer({ calls: [{ ...tool, id: 'a' }, think, { ...tool, id: 'b' }] });
    await world.finishTool('b');
    expect(world.types.filter((type) => type === 'tool.finished')).toEqual([]);
    await world.finishTool('a', { truncated: true });
    await world.answer({ text: 'Done.' });
    expect(await turn).toBe('answered');
    const tools = world.state.events.flatMap((event) =>
      event.type === 'tool.started' || event.type === 'tool.finished' ? [[event.type, event.call]] : [],
    );
    expect(tools).toEqual([
      ['tool.started', 'a'],
      ['tool.started', 'call_think'],
      ['tool.started', 'b'],
      ['tool.finished', 'a'],
      ['tool.finished', 'call_think'],
      ['tool.finished', 'b'],
    ]);
    expect(world.types.filter((type) => type === 'step.started')).toHaveLength(2);
  });

  it('whose model call fails: words for the user, then the end with its error', async () => {
    const { world, turn } = await beginTurn();
    const error = { type: 'model.denied', message: 'The key was refused.' };
    await world.end({ kind: 'failed', error });
    expect(await turn).toBe('failed');
    expect(world.state.events.slice(-2)).toMatchObject([
      { type: 'message.committed', role: 'system' },
      { type: 'turn.finished', outcome: 'failed', error },
    ]);
    const words = world.state.unstored.find(({ kind }) => kind === 'system');
    expect(words).toMatchObject({ place: [1, 1, 1], text: expect.stringContaining('The key was refused.') });
  });

  it('that is interrupted before the first token leaves no message', async () => {
    const { world, turn } = await beginTurn();
    world.record({ type: 'turn.interrupting', turn: 1 });
    await world.answer({ stopped: 'interrupted' });
    expect(await turn).toBe('interrupted');
    expect(world.types).not.toContain('message.committed');
  });

  it('that is cancelled before its model call began ends the same way, and keeps what was to be stored', async () => {
    const { world, turn } = await beginTurn();
    world.record({ type: 'turn.interrupting', turn: 1 });
    await world.end({ kind: 'stopped' });
    expect(await turn).toBe('interrupted');
    expect(world.state.unstored).toMatchObject([{ kind: 'user', id: 'said_Hello' }]);
  });

  it('that is interrupted after some words keeps them, marked', async () => {
    const { world, turn } = await beginTurn();
    world.record({ type: 'turn.interrupting', turn: 1 });
    await world.answer({ text: 'Once upon', stopped: 'interrupted' });
    expect(await turn).toBe('interrupted');
    expect(world.state.events.at(-2)).toMatchObject({ type: 'message.committed', status: 'interrupted' });
    expect(world.state.head).toEqual([1, 1, 1]);
  });

  it('that is interrupted among its tools answers each call, so that the history stays valid', async () => {
    const { world, turn } = await beginTurn();
    world.record({ type: 'turn.interrupting', turn: 1 });
    await world.answer({ calls: [tool, think] });
    expect(await turn).toBe('interrupted');
    expect(world.toolRequests).toEqual([]);
    expect(world.state.unstored).toMatchObject([
      { kind: 'tool', call: 'call_look', outcome: 'cancelled' },
      { kind: 'tool', call: 'call_think', outcome: 'cancelled' },
    ]);
  });
});

describe('the limit of steps', () => {
  it('ends the turn of a conversation with words for the user', async () => {
    const world = new World(makeState(makeRoster({}, 2)));
    const { turn } = await beginTurn(world);
    await world.answer({ calls: [think] });
    await world.answer({ calls: [think] });
    expect(await turn).toBe('limit');
    expect(world.asked).toHaveLength(2);
    expect(world.state.unstored.at(-1)).toMatchObject({ kind: 'system' });
  });

  it('gives a task one last step without tools, with an instruction to answer', async () => {
    const world = new World(makeState(makeRoster({}, 1)));
    world.say('Hello');
    const { turn } = await world.begin({ atLimit: 'answer' });
    await world.answer({ calls: [think] });
    expect(world.asked.at(-1)).toMatchObject({ tools: 'none', step: 2 });
    expect(world.asked.at(-1)?.append.at(-1)).toMatchObject({ kind: 'instruction' });
    await world.answer({ text: 'So far.' });
    expect(await turn).toBe('limit');
  });

  it('of tool calls answers those beyond with an error', async () => {
    const { world } = await beginTurn(new World(makeState(makeRoster({ maxToolCallsPerStep: 1 }))));
    await world.answer({ calls: [think, { ...think, id: 'second' }] });
    const outcomes = world.state.events.flatMap((event) =>
      event.type === 'tool.finished' ? [event.outcome] : [],
    );
    expect(outcomes).toEqual(['ok', 'error']);
  });
});

describe('what comes during a turn', () => {
  it('joins it at the next step when it is a message', async () => {
    const { world, turn } = await beginTurn();
    expect(world.say('More')).toMatchObject({ turn: 1 });
    await world.answer({ text: 'First.' });
    expect(world.state.events.at(-1)).toMatchObject({ type: 'step.started', step: 2, inputs: ['said_More'] });
    expect(world.asked.at(-1)?.append).toMatchObject([{ kind: 'user', place: [1, 2, 0], id: 'said_More' }]);
    await world.answer({ text: 'Both.' });
    expect(await turn).toBe('answered');
    expect(world.state.turn).toBe(1);
  });

  it('waits for the next turn when it was sent for after this one', async () => {
    const { world, turn } = await beginTurn();
    expect(world.say('Later', 'after_turn')).toMatchObject({ turn: 2 });
    await world.answer({ calls: [think] });
    expect(world.asked.at(-1)?.append.map(({ kind }) => kind)).toEqual(['tool']);
    await world.answer({ text: 'Done.' });
    expect(await turn).toBe('answered');
    expect(world.state.inbox).toMatchObject([{ id: 'said_Later' }]);
  });

  it('goes before the model at the next step when it is the end of a task, and is spoken of by the words after', async () => {
    const { world, turn } = await beginTurn();
    world.task('t1');
    world.finish('t1');
    await world.answer({ calls: [think] });
    expect(world.asked.at(-1)?.append).toMatchObject([
      { kind: 'tool' },
      { kind: 'completion', tasks: [{ task: 't1', status: 'completed' }] },
    ]);
    expect(world.types).toContain('completion.delivered');
    expect(world.types).not.toContain('completion.spoken');
    await world.answer({ text: 'It is done.' });
    expect(await turn).toBe('answered');
    expect(world.types.slice(-2)).toEqual(['completion.spoken', 'turn.finished']);
    expect(world.state.tasks[0]?.notice).toMatchObject({ state: 'spoken', turn: 1 });
  });

  it('stays for the next turn when it comes at the end of the last step', async () => {
    const { world, turn } = await beginTurn();
    world.task('t1');
    world.finish('t1');
    await world.answer({ text: 'Bye.' });
    expect(await turn).toBe('answered');
    expect(world.state.inbox).toEqual([{ kind: 'completion', task: 't1' }]);
    await world.begin();
    expect(world.state.events.at(-3)).toMatchObject({ type: 'turn.started', turn: 2, cause: 'completion' });
  });
});

describe('what a model call is asked with', () => {
  it('gets again what an earlier call did not store', async () => {
    const { world, turn } = await beginTurn();
    await world.end({ kind: 'failed', error: { type: 'model.denied', message: 'No.' } });
    await turn;
    world.say('Again');
    await world.begin();
    expect(world.asked.at(-1)?.append.map(({ kind, place }) => [kind, place])).toEqual([
      ['user', [1, 1, 0]],
      ['system', [1, 1, 1]],
      ['user', [2, 1, 0]],
    ]);
    await world.answer({ text: 'Now.' });
    expect(world.state.unstored).toEqual([]);
  });

  it('keeps what was born while the call was under way', async () => {
    const { world } = await beginTurn();
    world.state.unstored.push({ kind: 'system', place: [1, 1, 9], id: 'late', at: 1, text: 'late' });
    await world.answer({ calls: [think] });
    expect(world.asked.at(-1)?.append.map(({ id }) => id)).toContain('late');
  });
});

describe('a turn that is left open for the next run', () => {
  it('goes on at its next step from the carried state', async () => {
    const world = new World();
    world.say('Hello');
    let isDue = false;
    const { turn } = await world.begin({ mayRollOver: () => isDue });
    isDue = true;
    await world.answer({ calls: [think] });
    expect(await turn).toBe('rollover');
    expect(world.state.turnOpen).toBe(true);
    const next = new World(JSON.parse(JSON.stringify(world.state)));
    const { turn: rest } = await next.begin();
    await next.answer({ text: 'Done.' });
    expect(await rest).toBe('answered');
    expect(next.types.filter((type) => type === 'turn.started')).toHaveLength(1);
    expect(next.asked[0]).toMatchObject({ turn: 1, step: 2 });
  });
});

describe('what a turn is begun by', () => {
  it('is the message where one waits, whatever came before it', async () => {
    const world = new World();
    world.task('t1');
    world.finish('t1');
    world.say('Hello');
    await world.begin();
    expect(world.state.turnCause).toBe('message');
    expect(world.state.unstored.map(({ kind }) => kind)).toEqual(['user', 'completion']);
  });
});
