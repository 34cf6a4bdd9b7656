import { describe, expect, it } from '@jest/globals';
import { groupHooks } from '../../core/group-hooks.ts';
import { parseModelJson, readHookAnswer, toReason } from '../../core/hook-answer.ts';
import { toHookFailure } from '../../core/hook-failure.ts';
import { toRefusal } from '../../core/hook-refusal.ts';
import { toHookAgent, toHookRoster } from '../../core/hook-roster.ts';
import { toRoster, toTaskRoster } from '../../core/roster.ts';
import type { HookEnd } from '../../protocol/hook-runs.ts';
import { toConversationId, toWorkflowId } from '../../protocol/ids.ts';
import { hookOf, withPhases } from '../support/test-hooks.ts';
import { makeTeam } from '../support/test-team.ts';

describe('hooks run together', () => {
  it.each([
    ['aBc', [[1], [2], [3]]],
    ['ABc', [[1, 2], [3]]],
    ['aBC', [[1], [2, 3]]],
    ['ABcDE', [[1, 2], [3], [4, 5]]],
    ['', []],
  ])('where neighbours are parallel: %s (capitals are)', (written, groups) => {
    const hooks = [...written].map((name) => hookOf(name, { parallel: name !== name.toLowerCase() }));
    expect(groupHooks(hooks).map((group) => group.map(({ position }) => position))).toEqual(groups);
  });
});

describe('the JSON of a hook', () => {
  it.each([
    ['are the variables themselves', { plan: 'gold' }, { variables: { plan: 'gold' }, reason: null }],
    [
      'speak of the session where they say dynamicVariables',
      { dynamicVariables: { plan: 1 } },
      { variables: { plan: 1 }, reason: null },
    ],
    [
      'may end it',
      { terminateAgent: true, reason: ' no contract ' },
      { variables: {}, reason: 'no contract' },
    ],
    [
      'need not say why',
      { terminateAgent: true },
      { variables: {}, reason: 'a hook before the session ended it' },
    ],
    ['may say that it goes on', { terminateAgent: false, reason: 'x' }, { variables: {}, reason: null }],
    ['must be an object', [1], 'the answer is not a JSON object'],
    ['must decide clearly', { terminateAgent: 'yes' }, 'terminateAgent is neither true nor false'],
    ['must name variables', { dynamicVariables: 'x' }, 'dynamicVariables is not an object'],
  ])('%s', (_what, value, answer) => {
    expect(readHookAnswer(value)).toEqual(answer);
  });

  it('is read without the fence around it, and only as a whole', () => {
    expect(parseModelJson('```json\n{"a": 1}\n```\n')).toEqual({ a: 1 });
    expect(parseModelJson(' [1] ')).toEqual([1]);
    expect(parseModelJson('Here: {"a": 1}')).toBeUndefined();
    expect(toReason('x'.repeat(1000))).toHaveLength(500);
  });
});

describe('the end of a hook', () => {
  const end = (status: HookEnd['status'], more: Partial<HookEnd> = {}): HookEnd => ({
    ...{ status, error: null, changed: [], reason: null },
    ...more,
  });
  const error = { type: 'hook.timed_out', message: 'It took longer than 30 s.' };

  it.each([
    ['abort', end('completed'), null],
    [
      'abort',
      end('failed', { error }),
      'a, which runs before the session, failed: It took longer than 30 s.',
    ],
    ['continue', end('failed', { error }), null],
    ['continue', end('terminated', { reason: 'no contract' }), 'no contract'],
    ['abort', end('cancelled'), null],
  ] as const)('with on_error %s is a reason for no session, or none: %j', (onError, given, refusal) => {
    expect(toRefusal({ name: 'a', onError }, given)).toBe(refusal);
  });

  it.each([
    ['completed', true, false, null],
    ['completed', false, false, null],
    ['cancelled', false, false, { status: 'failed', error }],
    ['cancelled', true, true, { status: 'cancelled', error: null }],
    ['cancelled', true, false, { status: 'failed', error: { type: 'hook.stopped' } }],
    ['failed', true, false, { status: 'failed', error: { type: 'model.denied' } }],
  ] as const)('of a task that is %s (in time: %s, stopped: %s)', (status, isInTime, isStopped, failure) => {
    const task = { status, error: status === 'failed' ? { type: 'model.denied', message: 'no' } : null };
    const made = toHookFailure(task, { isInTime, isStopped, timeoutMs: 30_000 });
    if (failure === null) expect(made).toBeNull();
    else expect(made).toMatchObject(failure);
  });
});

describe('the place of a phase', () => {
  const team = withPhases(makeTeam({ root: { subAgents: ['worker'] }, worker: {} }), {
    pre: [hookOf('f', { kind: 'function' }), hookOf('worker', { input: { a: '{{b}}' } })],
  });

  it('is a workflow of its own, beside those of tasks', () => {
    for (const task of ['pre', 'post', 'agent_task_1', null]) {
      const id = { workspace: 'w', session: 's', task };
      expect(toConversationId(toWorkflowId(id))).toEqual(id);
    }
    expect(toWorkflowId({ workspace: 'w', session: 's', task: 'pre' })).toBe('ws/w/session/s/pre');
    expect(() => toConversationId('ws/w/session/s/other')).toThrow();
  });

  it('may start the agents of its hooks, by their positions; a task knows nothing of phases', () => {
    const roster = toHookRoster(toRoster(team), 'pre');
    expect(roster.agents[toHookAgent('pre')]?.subAgents).toEqual([
      { agent: 'worker', name: '2', input: { a: '{{b}}' } },
    ]);
    expect(toTaskRoster(toRoster(team), 'worker')).not.toHaveProperty('session');
    expect(toRoster(makeTeam({ root: {} }))).not.toHaveProperty('session');
  });
});
