import { describe, expect, it } from '@jest/globals';
import { pauseTask, resumeTask } from '../../core/hold-task.ts';
import { markKept, unkeptStatuses } from '../../core/kept-status.ts';
import { messageTask } from '../../core/message-task.ts';
import { remindOfQuestions } from '../../core/remind-of-questions.ts';
import { mayRollOver } from '../../core/rollover.ts';
import { nextToLaunch } from '../../core/start-task.ts';
import { requestStop } from '../../core/stop-task.ts';
import { goOnUnanswered, takeQuestion } from '../../core/task-question.ts';
import type { TaskRecord } from '../../core/conversation-state.ts';
import type { NewRow } from '../../protocol/transcript.ts';
import { makeRoster, makeState, World } from './hand-driven.ts';

function asks(world: World, task = world.task('t1'), step = 1): TaskRecord {
  takeQuestion(world.state, world.ports, { task: task.id, turn: 1, step });
  return task;
}

function answer(world: World, task: TaskRecord, id = 'a'): void {
  const message = { id, hash: id, content: [{ type: 'text' as const, text: id }] };
  messageTask(world.state, world.ports, task, { message, mode: 'append' });
}

const kinds = (world: World): string[] => world.orders.map(({ kind }) => kind);
const notices = (world: World): NewRow[] =>
  [...world.stored, ...world.state.unstored].filter(({ kind }) => kind === 'completion');

describe('the question of a task', () => {
  it('starts a turn of its own, once, and is told with where its words are', async () => {
    const world = new World();
    const task = asks(world);
    asks(world, task);
    expect(task.status).toBe('waiting_input');
    await world.begin();
    expect(world.state.events.at(-3)).toMatchObject({
      type: 'turn.started',
      cause: 'question',
      inputs: ['t1'],
    });
    expect(world.state.events.at(-1)).toMatchObject({
      type: 'question.delivered',
      tasks: ['t1'],
      by: 'notice',
    });
    expect(world.asked[0]?.append).toMatchObject([
      { kind: 'completion', tasks: [{ task: 't1', status: 'waiting_input', asks: { turn: 1, step: 1 } }] },
    ]);
    await world.answer({ text: 'Which colour?' });
    expect(world.state.inbox).toEqual([]);
    expect(world.types.filter((type) => type === 'task.asked')).toHaveLength(1);
  });

  it('is told at the next step of a turn that runs, in one message with ends of tasks, behind what the user said', async () => {
    const world = new World();
    const [one, two] = [world.task('t1'), world.task('t2')];
    world.say('Hello');
    await world.begin();
    asks(world, one);
    asks(world, two);
    world.task('t3');
    world.finish('t3');
    world.say('And?');
    await world.answer({ calls: [{ name: 'think' }] });
    expect(world.asked[1]?.append.map(({ kind }) => kind)).toEqual(['tool', 'user', 'completion']);
    expect(world.asked[1]?.append.at(-1)).toMatchObject({
      tasks: [{ task: 't3' }, { task: 't1' }, { task: 't2' }],
    });
  });

  it('does not gather with ends of tasks: the turn of a user message is that message, a question begins at once', async () => {
    const world = new World();
    asks(world);
    world.say('Hello');
    await world.begin();
    expect(world.state.events.find(({ type }) => type === 'turn.started')).toMatchObject({
      cause: 'message',
    });
  });

  it('is not told any more when it was answered, or the task stopped or ended, before that', () => {
    const happenings = [
      (world: World, task: TaskRecord) => answer(world, task),
      (world: World, task: TaskRecord) => void requestStop(world.state, world.ports, task),
      (world: World, task: TaskRecord) => world.finish(task.id, { status: 'failed' }),
    ];
    for (const happen of happenings) {
      const world = new World();
      const task = asks(world);
      happen(world, task);
      expect(task.asks).toBeNull();
      expect(world.state.inbox.filter(({ kind }) => kind === 'question')).toEqual([]);
    }
  });

  it('comes too late from one that is being stopped, has ended, or is not known', () => {
    const world = new World();
    const [one, two] = [world.task('t1'), world.task('t2')];
    requestStop(world.state, world.ports, one);
    asks(world, one);
    world.finish('t2');
    asks(world, two);
    takeQuestion(world.state, world.ports, { task: 'unknown', turn: 1, step: 1 });
    expect(world.types).not.toContain('task.asked');
  });

  it('stops the task when the conversation closes and nobody could answer', () => {
    const world = new World();
    const task = world.task('t1');
    world.record({ type: 'session.closing', reason: 'enough' });
    asks(world, task);
    expect(task.status).toBe('cancelling');
  });

  it('is still there after a rollover', () => {
    const world = new World();
    const task = asks(world);
    expect(mayRollOver(world.state)).toBe(false);
    markKept(world.state, unkeptStatuses(world.state));
    expect(mayRollOver(world.state)).toBe(true);
    expect(task.asks).toEqual({ turn: 1, step: 1 });
  });
});

describe('the answer to a task', () => {
  it('is the first message to it, by whomever: it goes on behind it', () => {
    const world = new World();
    const task = asks(world);
    answer(world, task);
    answer(world, task, 'b');
    expect(kinds(world)).toEqual(['message', 'resume', 'message']);
    expect(task.status).toBe('running');
  });

  it('by a tool of its starter says that it is the answer', async () => {
    const world = new World();
    asks(world);
    world.say('Blue');
    await world.begin();
    await world.answer({
      calls: [{ name: 'message_background_agent', arguments: { task_id: 't1', message: 'Blue' } }],
    });
    expect(world.asked[1]?.append).toMatchObject([
      { kind: 'tool', outcome: 'ok', text: 'Accepted: t1 takes it as the answer and goes on.' },
    ]);
    expect(kinds(world)).toEqual(['message', 'resume']);
  });

  it('that comes when another has taken its place lets it queue for one', () => {
    const world = new World(makeState(makeRoster({ maxRunningTasks: 1 })));
    const task = world.task('t1');
    const next = world.task('t2', { launched: false });
    asks(world, task);
    expect(nextToLaunch(world.state)).toEqual([next]);
    world.confirmStart(next);
    answer(world, task);
    expect([task.status, kinds(world)]).toEqual(['queued', ['message']]);
    world.finish('t2');
    expect(nextToLaunch(world.state)).toEqual([task]);
  });

  it('to one that is paused waits with it; one without an answer waits on when it is resumed', () => {
    const world = new World();
    const task = asks(world);
    expect(pauseTask(world.state, world.ports, task)).toBe(true);
    expect(task.status).toBe('paused');
    resumeTask(world.state, world.ports, task);
    expect(task.status).toBe('waiting_input');
    pauseTask(world.state, world.ports, task);
    answer(world, task);
    expect([task.status, kinds(world)]).toEqual(['paused', ['message']]);
    resumeTask(world.state, world.ports, task);
    expect([task.status, kinds(world)]).toEqual(['running', ['message', 'resume']]);
  });
});

describe('a wait for a task that asks', () => {
  const calls = {
    wait: { name: 'wait_background_agents', arguments: { task_ids: ['t1', 't2'] } },
    get: { name: 'get_task_result', arguments: { task_id: 't1', wait: true } },
  };

  it('ends at once and holds the question, which needs no notice then', async () => {
    const world = new World();
    const [one] = [world.task('t1'), world.task('t2')];
    world.say('Hello');
    await world.begin();
    await world.answer({ calls: [calls.wait] });
    asks(world, one);
    await world.settle();
    expect(world.asked[1]?.append).toMatchObject([
      {
        kind: 'tool_tasks',
        answer: { endedEarly: 'task_waits', tasks: [{ asks: { step: 1 } }, { task: 't2' }] },
      },
    ]);
    expect(notices(world)).toEqual([]);
  });

  it('by get_task_result is answered with the status and the question', async () => {
    const world = new World();
    world.say('Hello');
    asks(world);
    await world.begin();
    await world.answer({ calls: [calls.get] });
    expect(world.toolRequests).toMatchObject([
      {
        view: {
          task: 't1',
          status: 'waiting_input',
          asks: { step: 1 },
          note: expect.stringContaining('asks'),
        },
      },
    ]);
  });

  it('by a transfer lets it go on in the background', async () => {
    const world = new World();
    world.say('Hello');
    await world.begin();
    await world.answer({ calls: [{ name: 'transfer_task', arguments: { agent: 'worker', task: 'Do it' } }] });
    const [task] = world.state.tasks;
    if (task === undefined) throw new Error('no task was started');
    world.confirmStart(task);
    asks(world, task);
    await world.settle();
    expect(task.mode).toBe('background');
    expect(world.asked[1]?.append).toMatchObject([
      { answer: { form: 'transfer', endedEarly: 'task_waits' } },
    ]);
    expect(notices(world)).toEqual([]);
  });
});

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

describe('a task that ends its turn while those that it started wait for its answer', () => {
  it('is told once for each question, and only when nothing else goes on', () => {
    const world = taskWorld();
    const [one, two] = [world.task('t1'), world.task('t2')];
    world.task('t3', { launched: false, dependsOn: ['t1'] });
    asks(world, one);
    expect(remindOfQuestions(world.state, world.ports)).toBe(false);
    world.state.inbox = [];
    expect(remindOfQuestions(world.state, world.ports)).toBe(false);
    world.finish(two.id);
    world.state.inbox = [];
    expect(remindOfQuestions(world.state, world.ports)).toBe(true);
    expect(world.state.unstored.at(-1)).toMatchObject({
      kind: 'instruction',
      text: expect.stringContaining('t1'),
    });
    expect(remindOfQuestions(world.state, world.ports)).toBe(false);
    answer(world, one);
    asks(world, one, 2);
    world.state.inbox = [];
    expect(remindOfQuestions(world.state, world.ports)).toBe(true);
  });
});

describe('what the store is told of where tasks stand', () => {
  const kept = (world: World): string[] => {
    const statuses = unkeptStatuses(world.state);
    markKept(world.state, statuses);
    return statuses.map(({ status, asks: question }) => `${status}${question === null ? '' : ' asks'}`);
  };

  it('is nothing of one that only runs, and all changes of one that has stood still', () => {
    const world = new World();
    const task = world.task('t1');
    expect(kept(world)).toEqual([]);
    asks(world, task);
    expect(kept(world)).toEqual(['waiting_input asks']);
    expect(kept(world)).toEqual([]);
    pauseTask(world.state, world.ports, task);
    expect(kept(world)).toEqual(['paused asks']);
    answer(world, task);
    expect(kept(world)).toEqual(['paused']);
    resumeTask(world.state, world.ports, task);
    expect(kept(world)).toEqual(['running']);
    requestStop(world.state, world.ports, task);
    expect(kept(world)).toEqual(['cancelling']);
    world.finish('t1', { status: 'cancelled' });
    expect(kept(world)).toEqual([]);
  });

  it('waits until the task is in the store', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    task.launch = 'unopened';
    pauseTask(world.state, world.ports, task);
    expect(kept(world)).toEqual([]);
    task.launch = 'opened';
    expect(kept(world)).toEqual(['paused']);
  });
});
