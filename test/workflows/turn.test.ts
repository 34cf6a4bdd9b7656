import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ConversationEvent } from '../../protocol/events.ts';
import { StoreAway } from '../../storage/store-away.ts';
import { defer } from '../support/deferred.ts';
import type { ScriptedStep } from '../support/scripted-model.ts';
import { runAgent } from '../support/scripted-tools.ts';
import { startTestOffstage } from '../support/test-offstage.ts';
import type { TestOffstage } from '../support/test-offstage.ts';
import type { TestSession } from '../support/test-session.ts';
import { makeTeam } from '../support/test-team.ts';
import { waitFor } from '../support/wait-for.ts';

let offstage: TestOffstage;
beforeAll(async () => {
  offstage = await startTestOffstage();
});
afterAll(() => offstage.close());

const assistant = makeTeam({ assistant: {} });
const planner = makeTeam({ planner: { toolsets: [{ type: 'todo' }, { type: 'think' }], maxIterations: 3 } });

function lastTurn(events: ConversationEvent[]): Extract<ConversationEvent, { type: 'turn.finished' }> {
  const last = events.findLast((event) => event.type === 'turn.finished');
  if (last?.type !== 'turn.finished') throw new Error('no turn has ended');
  return last;
}

describe('a turn', () => {
  it('answers a message, and its events say how', async () => {
    const session = await offstage.open(assistant, { assistant: [{ say: 'Good morning.' }] });
    const acknowledgement = await session.say('Hello', 'next_step', 'msg_1');
    expect(acknowledgement).toEqual({ message: 'msg_1', turn: 1, offset: 2 });
    await session.untilIdle(1);
    expect(await session.transcript()).toEqual(['user: Hello', 'assistant: Good morning.']);
    expect((await session.events()).map(({ type }) => type)).toEqual([
      'session.opened',
      'message.queued',
      'turn.started',
      'step.started',
      'message.committed',
      'turn.finished',
    ]);
  });

  it('says where it waits to whoever asks Temporal for its stack', async () => {
    const answer = defer();
    const session = await offstage.open(assistant, {
      assistant: [{ say: 'Good morning.', after: answer.promise }],
    });
    await session.say('Hello');
    await waitFor(() => session.model.calls.length === 1);
    const workflow = offstage.server.client.workflow.getHandle(session.workflowId);
    const stack = await workflow.query<string>('__stack_trace');
    answer.resolve();
    for (const place of [
      'workflows/effects',
      'core/turn',
      'workflows/session',
      'workflows/keep-follow-ups',
    ]) {
      expect(stack).toMatch(new RegExp(`${place}\\.ts:\\d+:\\d+`));
    }
    await session.untilIdle(1);
  });

  it('comes after the opening of the session, whatever was said before its first worker came', async () => {
    let session: TestSession | undefined;
    let said: Promise<unknown> | undefined;
    await offstage.restartWorkers(async () => {
      session = await offstage.open(assistant, { assistant: [{ say: 'Good morning.' }] });
      said = session.say('Hello');
    });
    expect(await said).toMatchObject({ turn: 1, offset: 2 });
    await session?.untilIdle(1);
    expect((await session?.events())?.slice(0, 2)).toMatchObject([
      { offset: 1, type: 'session.opened' },
      { offset: 2, type: 'message.queued' },
    ]);
  });

  it('takes a message once, however often it is sent, and refuses its id with another body', async () => {
    const session = await offstage.open(assistant, { assistant: [{ say: 'Once.' }] });
    const first = await session.say('Hello', 'next_step', 'msg_1');
    expect(await session.say('Hello', 'next_step', 'msg_1')).toEqual(first);
    await session.untilIdle(1);
    expect(await session.say('Hello', 'next_step', 'msg_1')).toEqual(first);
    const refused = session.say('Something else', 'next_step', 'msg_1');
    await expect(refused).rejects.toMatchObject({ cause: { type: 'message.id_reused' } });
    expect(await session.transcript()).toEqual(['user: Hello', 'assistant: Once.']);
  });

  it('runs tool calls of a step together and records their ends in the order of the calls', async () => {
    const session = await offstage.open(planner, {
      planner: [
        {
          call: [
            { name: 'create_todos', arguments: { descriptions: ['a', 'b'] } },
            { name: 'think', arguments: { thought: 'hm' } },
            { name: 'no_such_tool' },
            { name: 'create_todo', arguments: { wrong: 1 } },
          ],
        },
        { say: 'Planned.' },
      ],
    });
    await session.say('Plan it');
    await session.untilIdle(1);
    const finished = (await session.events()).flatMap((event) =>
      event.type === 'tool.finished' ? [`${event.tool}: ${event.outcome}`] : [],
    );
    expect(finished).toEqual(['create_todos: ok', 'think: ok', 'no_such_tool: error', 'create_todo: error']);
    const prompt = session.model.calls[1]?.request.messages.filter(({ role }) => role === 'tool');
    expect(prompt?.map((message) => ('text' in message ? message.text : ''))).toEqual([
      '- [pending] todo_1: a\n- [pending] todo_2: b',
      'Noted. Go on.',
      expect.stringContaining('unknown tool: no_such_tool'),
      expect.stringContaining('the arguments do not fit create_todo'),
    ]);
  });

  it('ends at max_iterations with words for the user, and the next turn goes on', async () => {
    const think = { call: [{ name: 'think', arguments: { thought: 'again' } }] };
    const session = await offstage.open(planner, { planner: [think, think, think, { say: 'Now.' }] });
    await session.say('Think');
    await session.untilIdle(1);
    expect(lastTurn(await session.events())).toMatchObject({ outcome: 'limit' });
    await session.say('And now?');
    await session.untilIdle(2);
    expect((await session.transcript()).slice(-3)).toEqual([
      expect.stringContaining('system: I stopped after 3 steps'),
      'user: And now?',
      'assistant: Now.',
    ]);
  });

  it('tells the user of a failed model call, and the conversation goes on', async () => {
    const session = await offstage.open(assistant, {
      assistant: [{ fail: 'the provider refused.' }, { say: 'Better.' }],
    });
    await session.say('Hello');
    await session.untilIdle(1);
    expect(lastTurn(await session.events())).toMatchObject({
      outcome: 'failed',
      error: { type: 'model.bad_request', message: 'the provider refused.' },
    });
    await session.say('Again');
    await session.untilIdle(2);
    expect(await session.transcript()).toEqual([
      'user: Hello',
      expect.stringContaining('system: I could not answer: the provider refused.'),
      'user: Again',
      'assistant: Better.',
    ]);
  });
});

describe('a message during a turn', () => {
  it('goes before the model at the next step, and keeps the turn open when it was about to end', async () => {
    const wait = defer();
    const session = await offstage.open(assistant, {
      assistant: [{ say: 'First.', after: wait.promise }, { say: 'Second.' }],
    });
    await session.say('One');
    await waitFor(() => session.model.calls.length === 1);
    expect(await session.say('Two')).toMatchObject({ turn: 1 });
    wait.resolve();
    await session.untilIdle(1);
    expect(await session.transcript()).toEqual([
      'user: One',
      'assistant: First.',
      'user: Two',
      'assistant: Second.',
    ]);
    expect(lastTurn(await session.events()).turn).toBe(1);
  });

  it('waits for the next turn with delivery after_turn, together with what waits beside it', async () => {
    const wait = defer();
    const session = await offstage.open(assistant, {
      assistant: [{ say: 'First.', after: wait.promise }, { say: 'Both.' }],
    });
    await session.say('One');
    await waitFor(() => session.model.calls.length === 1);
    expect(await session.say('Two', 'after_turn')).toMatchObject({ turn: 2 });
    expect(await session.say('Three', 'after_turn')).toMatchObject({ turn: 2 });
    wait.resolve();
    await session.untilIdle(2);
    expect(await session.transcript()).toEqual([
      'user: One',
      'assistant: First.',
      'user: Two',
      'user: Three',
      'assistant: Both.',
    ]);
  });

  it('aborts the model call with delivery interrupt, keeps what was said and starts a new turn', async () => {
    const session = await offstage.open(assistant, {
      assistant: [{ begin: 'Once upon', after: new Promise(() => undefined) }, { say: 'Stopped.' }],
    });
    await session.say('Tell a story');
    await waitFor(() => session.model.calls.length === 1);
    expect(await session.say('Stop, something else', 'interrupt')).toMatchObject({ turn: 2 });
    await session.untilIdle(2);
    expect(await session.transcript()).toEqual([
      'user: Tell a story',
      'assistant: Once upon',
      'user: Stop, something else',
      'assistant: Stopped.',
    ]);
    const outcomes = (await session.events()).flatMap((event) =>
      event.type === 'turn.finished' ? [event.outcome] : [],
    );
    expect(outcomes).toEqual(['interrupted', 'answered']);
  });

  it('is of the next turn when that one was over, though other workers take both up from history', async () => {
    const [begun, work] = [defer(), defer()];
    const atWork = (): ScriptedStep => {
      begun.resolve();
      return { say: 'It is 42.', after: work.promise };
    };
    const session = await offstage.open(makeTeam({ root: { subAgents: ['worker'] }, worker: {} }), {
      root: [
        runAgent('worker'),
        { say: 'I have started.', after: begun.promise },
        { say: 'Yes.' },
        { say: 'It is 42.' },
      ],
      worker: [atWork, atWork, atWork],
    });
    await session.say('What is it?');
    await session.untilIdle(1);
    let said: Promise<unknown> | undefined;
    // Nobody asks the new workers for the state before: it is the message that they take the history up for.
    await offstage.restartWorkers(async () => {
      said = session.say('Still there?');
    });
    expect(await said).toMatchObject({ turn: 2 });
    await session.untilIdle(2);
    work.resolve();
    await session.untilIdle(3);
    session.model.forget();
  });
});

describe('an interrupt', () => {
  it('leaves no message when nothing was said, by the bus as by heartbeat', async () => {
    for (const byBus of [true, false]) {
      const session = await offstage.open(assistant, {
        assistant: [{ after: new Promise(() => undefined) }],
      });
      await session.say('Hello');
      await waitFor(() => session.model.calls.length === 1);
      expect(await session.update('interrupt', {})).toEqual({ turn: 1, changed: true });
      if (byBus) session.interruptByBus(1);
      await session.untilIdle(1);
      expect(await session.transcript()).toEqual(['user: Hello']);
      expect(lastTurn(await session.events()).outcome).toBe('interrupted');
      expect(await session.update('interrupt', {})).toEqual({ turn: null, changed: false });
    }
  });

  it('of a call whose worker was lost with a reply that it had stored tells of that reply, and runs no tool of it', async () => {
    const session = await offstage.open(planner, {
      planner: [
        { call: [{ name: 'create_todo', arguments: { description: 'Buy milk' } }] },
        { say: 'Not yet.' },
      ],
    });
    const { teams, transcript } = offstage.store;
    const commit = transcript.commitReply.bind(transcript);
    const away = jest.spyOn(teams, 'get');
    const lost = jest.spyOn(transcript, 'commitReply').mockImplementationOnce(async (...reply) => {
      away.mockRejectedValue(new StoreAway('nobody listens'));
      await commit(...reply);
      throw new StoreAway('nobody listens');
    });
    lost.mockImplementationOnce(() => Promise.reject(new Error('the worker is gone')));
    await session.say('Note it');
    await waitFor(() => lost.mock.calls.length === 2);
    await session.update('interrupt', {});
    away.mockRestore();
    lost.mockRestore();
    await session.untilIdle(1);
    const events = await session.events();
    expect(events.filter(({ type }) => type === 'message.committed')).toHaveLength(1);
    expect(events).toContainEqual(expect.objectContaining({ type: 'tool.finished', outcome: 'cancelled' }));
    expect(lastTurn(events).outcome).toBe('interrupted');
    expect(session.model.calls).toHaveLength(1);
    await session.say('Did you?');
    await session.untilIdle(2);
    expect((await session.transcript()).slice(1)).toEqual([
      'assistant: ',
      'tool: cancelled: the turn was stopped',
      'user: Did you?',
      'assistant: Not yet.',
    ]);
  });
});
