import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toWorkflowId } from '../../protocol/ids.ts';
import { UPDATES } from '../../protocol/session-messages.ts';
import { defer } from '../support/deferred.ts';
import { hookOf, outputOf, withPhases } from '../support/test-hooks.ts';
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

const team = makeTeam({
  root: { subAgents: ['worker'], instruction: 'The plan is {{plan}}, the allergy {{allergy}}.' },
  enricher: { structuredOutput: outputOf({ plan: { type: 'string' }, member: { type: 'integer' } }) },
  nurse: { structuredOutput: outputOf({ allergy: { type: 'string' } }) },
  gate: {
    structuredOutput: outputOf({ terminateAgent: { type: 'boolean' }, reason: { type: 'string' } }),
  },
  worker: {},
});

const json = (value: unknown): { say: string } => ({ say: JSON.stringify(value) });
const variables = { output: 'variables' as const };

const rowOf = (session: TestSession) => offstage.store.sessions.get('default', session.id);
const hooksOf = async ({ id: session }: TestSession) =>
  (await offstage.store.hooks.list({ workspace: 'default', session })).map(
    ({ phase, name, status, error }) => [phase, name, status, error?.type ?? null],
  );
const calledAgents = ({ model }: TestSession): string[] => model.calls.map(({ agent }) => agent);

async function untilOver(session: TestSession): Promise<void> {
  await offstage.server.client.workflow.getHandle(session.workflowId).result();
}

/** Its types of events, without those of steps. */
async function feedOf(session: TestSession): Promise<string[]> {
  return (await session.events())
    .map(({ type }) => type)
    .filter((type) => !/^(step|message\.committed)/.test(type));
}

describe('what runs before a session', () => {
  it('fills variables from what an agent found, while messages wait, which are answered afterwards in one turn', async () => {
    const found = defer();
    const session = await offstage.open(
      withPhases(team, { pre: [hookOf('enricher', { ...variables, input: { customer: '{{customer}}' } })] }),
      {
        enricher: [{ ...json({ plan: 'gold', member: 7 }), after: found.promise }],
        root: [{ say: 'Both.' }],
      },
    );
    await offstage.store.sessions.mergeVariables('default', session.id, { customer: { name: 'Ann' } });
    await session.say('First');
    await session.say('Second');
    expect((await session.read()).view).toMatchObject({ status: 'opening', turn: 0, tasks: [] });
    expect(await rowOf(session)).toMatchObject({ status: 'opening' });
    found.resolve();
    await session.untilIdle(1);

    expect(await session.transcript()).toEqual(['user: First', 'user: Second', 'assistant: Both.']);
    expect(await rowOf(session)).toMatchObject({
      variables: { customer: { name: 'Ann' }, plan: 'gold', member: 7 },
    });
    const [asked, answered] = session.model.calls;
    expect(JSON.stringify(asked?.request.messages)).toContain(String.raw`{\"customer\":{\"name\":\"Ann\"}}`);
    expect(asked?.request.output).toMatchObject({ name: 'answer' });
    expect(answered?.request.system).toContain('The plan is gold, the allergy .');
    expect((await feedOf(session)).filter((type) => type !== 'message.queued')).toEqual([
      ...['session.opened', 'hook.started', 'variables.changed', 'hook.finished', 'session.ready'],
      ...['turn.started', 'variables.missing', 'turn.finished'],
    ]);
    expect(await hooksOf(session)).toEqual([['pre', 'enricher', 'completed', null]]);
    const [task] = await offstage.store.tasks.listBySession('default', session.id);
    expect(task).toMatchObject({ starter: 'pre', agent: 'enricher', depth: 1, status: 'completed' });
  });

  it('runs neighbours that are parallel together, and the next one with what both of them found', async () => {
    const [first, second] = [defer(), defer()];
    const parallel = { ...variables, parallel: true };
    const input = { plan: '{{plan}}', allergy: '{{allergy}}' };
    const session = await offstage.open(
      withPhases(team, {
        pre: [hookOf('enricher', parallel), hookOf('nurse', parallel), hookOf('worker', { input })],
      }),
      {
        enricher: [{ ...json({ plan: 'gold' }), after: first.promise }],
        nurse: [{ ...json({ allergy: 'nuts' }), after: second.promise }],
        worker: [{ say: 'Prepared.' }],
      },
    );
    await waitFor(() => session.model.calls.length === 2);
    second.resolve();
    first.resolve();
    await session.untilIdle(0);
    expect(calledAgents(session).slice(0, 2).toSorted()).toEqual(['enricher', 'nurse']);
    expect(JSON.stringify(session.model.calls[2]?.request.messages)).toContain(
      String.raw`{\"plan\":\"gold\",\"allergy\":\"nuts\"}`,
    );
    expect(await rowOf(session)).toMatchObject({ status: 'idle' });
  });

  it('ends the session as aborted where a hook says so: no main model is called, no task starts, the rest follows', async () => {
    const decided = defer();
    const session = await offstage.open(
      withPhases(team, { pre: [hookOf('gate', variables), hookOf('nurse')], post: [hookOf('worker')] }),
      {
        gate: [{ ...json({ terminateAgent: true, reason: 'no contract' }), after: decided.promise }],
        worker: [{ say: 'Noted.' }],
      },
    );
    await session.say('Hello?');
    await session.update('startTask', { agent: 'worker', task: 'By hand' });
    decided.resolve();
    await untilOver(session);
    expect(await rowOf(session)).toMatchObject({ status: 'aborted', closeReason: 'no contract' });
    await waitFor(async () =>
      (await hooksOf(session)).some(([, name, end]) => name === 'worker' && end !== 'running'),
    );
    expect(await hooksOf(session)).toEqual([
      ['pre', 'gate', 'terminated', null],
      ['post', 'worker', 'completed', null],
    ]);
    expect(calledAgents(session)).toEqual(['gate', 'worker']);
    expect(await session.transcript()).toEqual(['user: Hello?']);
    expect((await session.read()).view.status).toBe('aborted');
    const tasks = await offstage.store.tasks.listBySession('default', session.id);
    expect(tasks.map(({ starter, status }) => [starter, status])).toContainEqual([null, 'cancelled']);
  });

  it.each([
    ['is no JSON', 'Well, gold I guess.', 'the answer is not JSON'],
    ['does not fit', '{"plan": 7}', 'the answer does not fit structured_output: plan: must be string'],
  ])('aborts where an answer %s, and goes on where the hook may fail', async (_how, say, reason) => {
    const pre = (onError: 'abort' | 'continue') => [hookOf('enricher', { ...variables, onError })];
    const strict = await offstage.open(withPhases(team, { pre: pre('abort') }), { enricher: [{ say }] });
    const lenient = await offstage.open(withPhases(team, { pre: pre('continue') }), {
      enricher: [{ say }],
      root: [{ say: 'Hello.' }],
    });
    await untilOver(strict);
    const closeReason = `enricher, which runs before the session, failed: ${reason}`;
    expect(await rowOf(strict)).toMatchObject({ status: 'aborted', closeReason });
    await lenient.say('Hi');
    await lenient.untilIdle(1);
    for (const session of [strict, lenient]) {
      expect(await hooksOf(session)).toEqual([['pre', 'enricher', 'failed', 'hook.invalid_answer']]);
    }
    expect(await rowOf(lenient)).toMatchObject({ variables: {} });
  });

  it('stops a hook whose time is over', async () => {
    const session = await offstage.open(
      withPhases(team, { pre: [hookOf('worker', { timeoutMs: 200, onError: 'continue' })] }),
      { worker: [{ say: 'never', after: defer().promise }], root: [{ say: 'Hello.' }] },
    );
    await session.say('Hi');
    await session.untilIdle(1);
    expect(await hooksOf(session)).toEqual([['pre', 'worker', 'failed', 'hook.timed_out']]);
    const [task] = await offstage.store.tasks.listBySession('default', session.id);
    expect(task).toMatchObject({ status: 'cancelled' });
    // Its time may be over before its agent has begun.
    session.model.forget();
  });

  it('is heard by the person: a task of a hook that is stopped fails the hook', async () => {
    const session = await offstage.open(withPhases(team, { pre: [hookOf('worker')] }), {
      worker: [{ begin: 'So far', after: defer().promise }],
    });
    await waitFor(() => session.model.calls.length === 1);
    const [task] = await offstage.store.tasks.listBySession('default', session.id);
    const starter = { workspace: 'default', session: session.id, task: 'pre' };
    const receipt = await offstage.server.client.workflow
      .getHandle(toWorkflowId(starter))
      .executeUpdate(UPDATES.stopTask, { args: [{ task: task?.id, mode: 'now' }] });
    expect(receipt).toMatchObject({ changed: true, quiet: true });
    await untilOver(session);
    expect(await hooksOf(session)).toEqual([['pre', 'worker', 'failed', 'hook.stopped']]);
    expect(await rowOf(session)).toMatchObject({ status: 'aborted' });
  });

  it('is stopped by a close: what it had started ends before the session does', async () => {
    const session = await offstage.open(
      withPhases(team, { pre: [hookOf('worker'), hookOf('nurse')], post: [hookOf('nurse')] }),
      { worker: [{ begin: 'So far', after: defer().promise }], nurse: [{ say: 'Noted.' }] },
    );
    await waitFor(() => session.model.calls.length === 1);
    await session.update('close', { reason: 'changed my mind' });
    await untilOver(session);
    expect(await rowOf(session)).toMatchObject({ status: 'closed', closeReason: 'changed my mind' });
    const [task] = await offstage.store.tasks.listBySession('default', session.id);
    expect(task).toMatchObject({ status: 'cancelled' });
    await waitFor(async () => (await hooksOf(session)).length === 2 && session.model.calls.length === 2);
    expect((await hooksOf(session))[0]).toEqual(['pre', 'worker', 'cancelled', null]);
  });

  it('lets a session that is due continue as new when it has ended, with every message', async () => {
    const found = defer();
    const session = await offstage.open(
      withPhases(team, { pre: [hookOf('enricher', variables)] }),
      {
        enricher: [{ ...json({ plan: 'gold' }), after: found.promise }],
        root: [{ say: 'All three.' }, { say: 'Later.' }],
      },
      { rollover: { turns: 1, events: 5 } },
    );
    for (const text of ['One', 'Two', 'Three']) await session.say(text);
    found.resolve();
    await session.untilIdle(1);
    await session.say('And now?');
    await session.untilIdle(2);
    expect(await session.transcript()).toEqual([
      ...['user: One', 'user: Two', 'user: Three', 'assistant: All three.'],
      ...['user: And now?', 'assistant: Later.'],
    ]);
    const offsets = (await session.events()).map(({ offset }) => offset);
    expect(offsets).toEqual(offsets.map((_offset, index) => index + 1));
    expect((await session.read()).firstOffset).toBeGreaterThan(1);
  });

  it('is no session where its workflow is terminated from outside', async () => {
    const session = await offstage.open(withPhases(team, { pre: [hookOf('worker')] }), {
      worker: [{ say: 'late', after: defer().promise }],
    });
    await waitFor(() => session.model.calls.length === 1);
    const pre = toWorkflowId({ workspace: 'default', session: session.id, task: 'pre' });
    await offstage.server.client.workflow.getHandle(pre).terminate();
    await untilOver(session);
    expect(await rowOf(session)).toMatchObject({
      status: 'aborted',
      closeReason: expect.stringContaining('what runs before the session failed'),
    });
    await waitFor(async () => {
      const [task] = await offstage.store.tasks.listBySession('default', session.id);
      const handle = offstage.server.client.workflow.getHandle(
        toWorkflowId({ workspace: 'default', session: session.id, task: task?.id ?? '' }),
      );
      await handle.cancel();
      return (await handle.describe()).status.name !== 'RUNNING';
    });
  });
});
