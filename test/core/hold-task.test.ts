import { describe, expect, it } from '@jest/globals';
import { goOn, pauseTask, resumeTask } from '../../core/hold-task.ts';
import { nextToLaunch } from '../../core/start-task.ts';
import { makeRoster, makeState, World } from './hand-driven.ts';

const oneAtATime = () => new World(makeState(makeRoster({ maxRunningTasks: 1 })));
const kinds = (world: World): string[] => world.orders.map(({ kind }) => kind);

describe('a task that is paused', () => {
  it('is told so once, and goes on when it is told to', () => {
    const world = new World();
    const task = world.task('t1');
    expect(pauseTask(world.state, world.ports, task)).toBe(true);
    expect(task.status).toBe('paused');
    expect(pauseTask(world.state, world.ports, task)).toBe(false);
    expect(resumeTask(world.state, world.ports, task)).toBe(true);
    expect(resumeTask(world.state, world.ports, task)).toBe(false);
    expect(task.status).toBe('running');
    expect(kinds(world)).toEqual(['pause', 'resume']);
  });

  it('leaves its place to the next one, and queues for one when it goes on', () => {
    const world = oneAtATime();
    const task = world.task('t1');
    world.task('t2', { launched: false });
    pauseTask(world.state, world.ports, task);
    expect(nextToLaunch(world.state).map(({ id }) => id)).toEqual(['t2']);
    world.confirmStart(world.state.tasks[1] ?? task);
    resumeTask(world.state, world.ports, task);
    expect(task.status).toBe('queued');
    expect(nextToLaunch(world.state)).toEqual([]);
    expect(kinds(world)).toEqual(['pause']);
    world.finish('t2');
    expect(nextToLaunch(world.state)).toEqual([task]);
    goOn(world.state, world.ports, task);
    expect(task.status).toBe('running');
    expect(kinds(world)).toEqual(['pause', 'resume']);
  });

  it('again while it queues needs not be told', () => {
    const world = oneAtATime();
    const task = world.task('t1');
    pauseTask(world.state, world.ports, task);
    world.task('t2');
    resumeTask(world.state, world.ports, task);
    expect(pauseTask(world.state, world.ports, task)).toBe(true);
    world.finish('t2');
    expect(nextToLaunch(world.state)).toEqual([]);
    expect(kinds(world)).toEqual(['pause']);
  });

  it('before it has started does not start, and queues when it goes on', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    pauseTask(world.state, world.ports, task);
    expect(nextToLaunch(world.state)).toEqual([]);
    resumeTask(world.state, world.ports, task);
    expect(task.status).toBe('queued');
    expect(nextToLaunch(world.state)).toEqual([task]);
    expect(world.orders).toEqual([]);
  });

  it('while its start is under way is told as soon as that is confirmed, and stays paused', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    task.launch = 'starting';
    pauseTask(world.state, world.ports, task);
    world.confirmStart(task);
    expect(task.status).toBe('paused');
    expect(kinds(world)).toEqual(['pause']);
  });

  it('and resumed while its start is under way runs', () => {
    const world = new World();
    const task = world.task('t1', { launched: false });
    task.launch = 'starting';
    pauseTask(world.state, world.ports, task);
    resumeTask(world.state, world.ports, task);
    world.confirmStart(task);
    expect(task.status).toBe('running');
    expect(kinds(world)).toEqual(['pause', 'resume']);
  });

  it('is none when it has ended or is being stopped', () => {
    const world = new World();
    const task = world.task('t1');
    world.record({ type: 'task.cancelling', task: 't1', mode: 'now' });
    expect(pauseTask(world.state, world.ports, task)).toBe(false);
    world.finish('t1', { status: 'cancelled' });
    expect(pauseTask(world.state, world.ports, task)).toBe(false);
    expect(resumeTask(world.state, world.ports, task)).toBe(false);
  });
});

/** A task's own conversation. */
function taskWorld(): World {
  return new World(makeState(undefined, { id: { workspace: 'default', session: 'ses_1', task: 'own' } }));
}

describe('the turn of a paused task', () => {
  it('stands still before its next step until it is resumed', async () => {
    const world = taskWorld();
    await world.begin({ atLimit: 'answer' });
    world.record({ type: 'task.paused', task: 'own' });
    await world.answer({ calls: [{ name: 'think' }] });
    expect(world.asked).toHaveLength(1);
    world.record({ type: 'task.resumed', task: 'own', status: 'running' });
    await world.settle();
    expect(world.asked).toHaveLength(2);
  });

  it('does not end before it is resumed, and takes what was said meanwhile', async () => {
    const world = taskWorld();
    await world.begin({ atLimit: 'answer' });
    world.record({ type: 'task.paused', task: 'own' });
    await world.answer({ text: 'The end.' });
    expect(world.types).not.toContain('turn.finished');
    world.say('And in short?');
    world.record({ type: 'task.resumed', task: 'own', status: 'running' });
    await world.settle();
    expect(world.asked).toHaveLength(2);
    expect(world.state.receipts).toEqual([{ message: 'said_And in short?', turn: 1, step: 2 }]);
  });

  it('ends when it is interrupted, and the next one stands still', async () => {
    const world = taskWorld();
    await world.begin({ atLimit: 'answer' });
    world.record({ type: 'task.paused', task: 'own' });
    await world.answer({ calls: [{ name: 'think' }] });
    world.say('Listen', 'interrupt');
    await world.settle();
    expect(world.types.at(-1)).toBe('turn.finished');
    await world.begin({ atLimit: 'answer' });
    expect(world.asked).toHaveLength(1);
  });

  it('takes one last step without tools when it is to wrap up', async () => {
    const world = taskWorld();
    await world.begin({ atLimit: 'answer' });
    world.record({ type: 'task.paused', task: 'own' });
    world.record({ type: 'task.cancelling', task: 'own', mode: 'wrap_up' });
    await world.answer({ text: 'Half', stopped: 'interrupted' });
    expect(world.types.at(-1)).toBe('turn.finished');
    const { turn } = await world.begin({ atLimit: 'answer' });
    expect(world.asked.at(-1)).toMatchObject({ turn: 2, tools: 'none' });
    await world.answer({ text: 'What there is.' });
    expect(await turn).toBe('limit');
  });
});
