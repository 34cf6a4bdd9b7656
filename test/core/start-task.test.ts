import { describe, expect, it } from '@jest/globals';
import { nextToLaunch, refuseTask, startTask } from '../../core/start-task.ts';
import type { Started } from '../../core/start-task.ts';
import type { ConversationState, TaskRecord } from '../../core/conversation-state.ts';
import type { TaskRequest } from '../../protocol/task.ts';
import type { Limits } from '../../protocol/team.ts';
import { makeRoster, makeState, World } from './hand-driven.ts';

const how = { cause: 'model', mode: 'background' } as const;
const request: TaskRequest = { agent: 'worker', task: 'Find the hours' };

function worldWith(limits: Partial<Limits>, overrides: Partial<ConversationState> = {}): World {
  return new World(makeState(makeRoster(limits), overrides));
}

function taskOf(started: Started): TaskRecord {
  if ('refused' in started) throw new Error(started.refused.message);
  return started.task;
}

describe('starting a task', () => {
  it('registers and records it before anything is launched', () => {
    const world = new World();
    let atLaunch: unknown;
    const launchTasks = (): void => {
      atLaunch = { tasks: world.state.tasks.map(({ id }) => id), types: world.types };
    };
    const task = taskOf(startTask(world.state, { ...world.ports, launchTasks }, request, how));
    expect(atLaunch).toEqual({ tasks: [task.id], types: ['task.queued'] });
    expect(task).toMatchObject({ status: 'queued', launch: 'unopened', depth: 1, notify: 'always' });
    expect(world.state.unopened[task.id]).toEqual({ ...request, id: task.id });
  });

  it('takes the id that the caller chose, and gives the task of a known id or key again', () => {
    const world = new World();
    const first = startTask(world.state, world.ports, { ...request, id: 'mine', key: 'k' }, how);
    for (const again of [{ id: 'mine' }, { key: 'k' }]) {
      const second = startTask(world.state, world.ports, { ...request, ...again }, how);
      expect(second).toEqual({ task: taskOf(first), existing: true });
    }
    expect(world.state.tasks).toHaveLength(1);
    expect(world.launches).toBe(1);
  });

  it.each([
    ['a title that is given', { title: ' The hours ' }, 'The hours'],
    ['the first line of the task', { task: 'Find the hours\nof the shop' }, 'Find the hours'],
    ['eighty characters at most', { task: 'x'.repeat(100) }, `${'x'.repeat(79)}…`],
  ])('is titled by %s', (_name, more, title) => {
    const world = new World();
    expect(taskOf(startTask(world.state, world.ports, { ...request, ...more }, how)).title).toBe(title);
  });
});

describe('a task is refused', () => {
  it.each([
    ['without an agent', new World(), { agent: ' ' }, 'name one of worker, chief'],
    ['without a text', new World(), { task: ' \n' }, 'task is empty'],
    ['for an agent that it may not start', new World(), { agent: 'nobody' }, 'the agents are: worker, chief'],
    ['with a text beyond 64 KiB', new World(), { task: 'x'.repeat(65_537) }, 'put the text into a file'],
    ['while the conversation closes', worldWith({}, { status: 'closing' }), {}, 'is closing'],
    ['below the deepest level', worldWith({ maxDepth: 3 }, { depth: 3 }), {}, '3 levels deep'],
    ['by an agent without sub-agents', worldWith({}, { agent: 'worker' }), {}, 'has no sub-agents'],
    [
      'for an agent that is at work above it',
      worldWith({}, { agent: 'chief', depth: 2, ancestors: ['root'] }),
      { agent: 'root' },
      'already at work above',
    ],
    [
      'for the agent itself',
      worldWith({}, { agent: 'chief', depth: 1, ancestors: ['root'] }),
      { agent: 'chief' },
      'already at work above',
    ],
  ])('%s', (_name, world, more, words) => {
    const started = startTask(world.state, world.ports, { ...request, ...more }, how);
    expect(started).toEqual({
      refused: { type: 'task.refused', message: expect.stringContaining(words) },
    });
    expect(world.types).toEqual(['task.refused']);
    expect(world.state.tasks).toEqual([]);
    expect(world.launches).toBe(0);
  });

  it('while as many are unfinished as may be, and not any more when one has ended', () => {
    const world = worldWith({ maxUnfinishedTasks: 2 });
    world.task('a');
    world.task('b');
    expect(refuseTask(world.state, request)?.message).toContain('2 tasks are unfinished');
    world.finish('a');
    expect(refuseTask(world.state, request)).toBeNull();
  });

  it('not for a cycle when the team allows them', () => {
    const { state } = worldWith({ allowCycles: true }, { agent: 'chief', depth: 1, ancestors: ['root'] });
    expect(refuseTask(state, { ...request, agent: 'root' })).toBeNull();
  });
});

describe('the tasks that may run', () => {
  it('are the oldest ones, as many as the cap has room for', () => {
    const world = worldWith({ maxRunningTasks: 2 });
    for (const id of ['a', 'b', 'c']) world.task(id, { launched: false });
    expect(nextToLaunch(world.state).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('leave room for none while a start is not confirmed or a stop is under way', () => {
    const world = worldWith({ maxRunningTasks: 2 });
    const [a, b] = ['a', 'b', 'c'].map((id) => world.task(id, { launched: false }));
    if (a !== undefined) a.launch = 'starting';
    if (b !== undefined) Object.assign(b, { launch: 'started', status: 'cancelling' });
    expect(nextToLaunch(world.state)).toEqual([]);
    world.finish('b', { status: 'cancelled' });
    expect(nextToLaunch(world.state).map(({ id }) => id)).toEqual(['c']);
  });

  it('are never those whose text is not in the store yet, or that ended before they began', () => {
    const world = new World();
    startTask(world.state, world.ports, request, how);
    const stopped = world.task('b', { launched: false });
    world.finish('b', { status: 'cancelled' });
    expect(stopped.launch).toBe('opened');
    expect(nextToLaunch(world.state)).toEqual([]);
  });
});
