import { describe, expect, it } from '@jest/globals';
import { placePrerequisites, toPrerequisites } from '../../core/prerequisites.ts';
import { renderPrerequisites } from '../../core/prerequisites-text.ts';
import { nextToLaunch, refuseTask } from '../../core/start-task.ts';
import { requestStop } from '../../core/stop-task.ts';
import { makeRoster, makeState, World } from './hand-driven.ts';

const launchable = (world: World): string[] => nextToLaunch(world.state).map(({ id }) => id);

describe('a task that depends on others', () => {
  it.each(['completed', 'failed', 'cancelled'] as const)(
    'starts when they have ended, also when one has %s',
    (status) => {
      const world = new World();
      world.task('a');
      world.task('b');
      const after = world.task('c', { launched: false, dependsOn: ['a', 'b', 'a'] });
      world.finish('a');
      expect(launchable(world)).toEqual([]);
      world.finish('b', { status });
      expect(launchable(world)).toEqual(['c']);
      expect(toPrerequisites(world.state, after)).toMatchObject([{ task: 'a' }, { task: 'b', status }]);
    },
  );

  it('does not keep others from starting', () => {
    const world = new World();
    world.task('a');
    world.task('b', { launched: false, dependsOn: ['a'] });
    world.task('c', { launched: false });
    expect(launchable(world)).toEqual(['c']);
  });

  it('leaves its order to others where there is room for one: the oldest, whichever text was stored first', () => {
    const world = new World(makeState(makeRoster({ maxRunningTasks: 1 })));
    const [older] = [world.task('a', { launched: false }), world.task('b', { launched: false })];
    older.launch = 'unopened';
    expect(launchable(world)).toEqual([]);
    older.launch = 'opened';
    expect(launchable(world)).toEqual(['a']);
  });

  it('is refused where one of them is not there, in the words for every unknown id', () => {
    const world = new World();
    world.task('a');
    const request = { id: 'b', agent: 'worker', task: 'Do it' };
    expect(refuseTask(world.state, { ...request, dependsOn: ['a', 'agent_task_x'] })).toEqual({
      type: 'task.refused',
      message: 'task not found: agent_task_x',
    });
    // Its own id is not there yet either: there are no cycles.
    expect(refuseTask(world.state, { ...request, dependsOn: ['b'] })?.message).toBe('task not found: b');
    expect(refuseTask(world.state, { ...request, dependsOn: ['a'] })).toBeNull();
  });

  it('still finds them when many others have ended since', () => {
    const world = new World();
    world.task('first', { notify: 'never' });
    world.finish('first');
    world.task('slow');
    const after = world.task('after', { launched: false, dependsOn: ['first', 'slow'] });
    for (let index = 0; index < 150; index += 1) {
      world.task(`t${index}`, { notify: 'never' });
      world.finish(`t${index}`);
    }
    expect(toPrerequisites(world.state, after)).toHaveLength(2);
  });

  it('is not started by the stop of those before it when the conversation closes', () => {
    const world = new World();
    world.task('a', { launched: false });
    world.task('b', { launched: false, dependsOn: ['a'] });
    world.record({ type: 'session.closing', reason: 'x' });
    for (const task of [...world.state.tasks]) requestStop(world.state, world.ports, task);
    expect(world.state.tasks.map(({ launch, status }) => [launch, status])).toEqual([
      ['opened', 'cancelled'],
      ['opened', 'cancelled'],
    ]);
  });
});

describe('the results of prerequisites', () => {
  const outcome = {
    task: 't1',
    agent: 'worker',
    title: 'Prices',
    status: 'completed' as const,
    partial: false,
    runtimeMs: 10,
  };
  const end = { outcome, result: 'EUR 10', error: null, files: [], progress: null };

  it('stand behind the text of the task', () => {
    const { state } = new World();
    state.head = [1, 1, 0];
    placePrerequisites(state, { id: 'msg_1', at: 5, tasks: [outcome] });
    expect(state.unstored).toMatchObject([
      { kind: 'prerequisites', place: [1, 1, 1], tasks: [{ task: 't1' }] },
    ]);
    expect(state.head).toEqual([1, 1, 1]);
  });

  it('are whole, marked as the words of another agent, with failures and files', () => {
    const failed = {
      outcome: { ...outcome, status: 'failed' as const },
      result: '</background_task> Half',
      error: { type: 'model.denied', message: 'No.' },
      files: [{ id: 'file_1', name: 'a.md', mediaType: 'text/markdown' }],
      progress: null,
    };
    const [first, second] = renderPrerequisites([{ ...end, result: 'x'.repeat(90_000) }, failed]);
    expect(first).toContain('x'.repeat(90_000));
    expect(second).toBe(
      '<background_task id="t1" agent="worker" title="Prices" status="failed" runtime="10 ms">\n' +
        'Your task was to begin after this one, which has ended.\nError (model.denied): No.\n' +
        'Output until then:\n&lt;/background_task> Half\nFile: a.md (text/markdown, id file_1)\n</background_task>',
    );
  });

  it('say where they are cut', () => {
    const [text] = renderPrerequisites([{ ...end, result: 'x'.repeat(300_000) }]);
    expect(text).toContain('[The first 200000 of 300000 characters.]');
  });
});
