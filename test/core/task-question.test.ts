import { describe, expect, it } from '@jest/globals';
import { mayGatherCompletions } from '../../core/gather-completions.ts';
import { pauseTask, resumeTask } from '../../core/hold-task.ts';
import { markKept, unkeptStatuses } from '../../core/kept-status.ts';
import { messageTask } from '../../core/message-task.ts';
import { mayRollOver } from '../../core/rollover.ts';
import { nextToLaunch } from '../../core/start-task.ts';
import { requestStop } from '../../core/stop-task.ts';
import { takeQuestion } from '../../core/task-question.ts';
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

  it('does not wait for more to tell, and goes with the turn of a message that is there', async () => {
    const world = new World();
    world.task('t2');
    asks(world);
    expect(mayGatherCompletions(world.state)).toBe(false);
    world.say('Hello');
    await world.begin();
    const begin = world.state.events.find(({ type }) => type === 'turn.started');
    expect(begin).toMatchObject({ cause: 'message', inputs: ['t1', 'said_Hello'] });
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
