import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toWorkflowId } from '../../protocol/ids.ts';
import type { Team } from '../../protocol/team.ts';
import { useFunctionReceivers } from '../support/function-receiver.ts';
import { makeFunction } from '../support/test-function.ts';
import { hookOf, withPhases } from '../support/test-hooks.ts';
import { startTestOffstage } from '../support/test-offstage.ts';
import type { TestOffstage } from '../support/test-offstage.ts';
import type { TestSession } from '../support/test-session.ts';
import { makeTeam } from '../support/test-team.ts';

let offstage: TestOffstage;
beforeAll(async () => {
  offstage = await startTestOffstage();
});
afterAll(() => offstage.close());
const receive = useFunctionReceivers();

function teamWith(url: string, phases: Parameters<typeof withPhases>[1]): Team {
  const functions = { look_up: makeFunction({ url }), push: makeFunction({ url }) };
  const team = makeTeam({ root: { instruction: 'You serve {{name}}.' }, reporter: {} });
  return withPhases({ ...team, functions }, phases);
}

const call = (name: string, more = {}) => hookOf(name, { kind: 'function', timeoutMs: 10_000, ...more });
const handleOf = (session: TestSession, task: string | null = null) =>
  offstage.server.client.workflow.getHandle(
    toWorkflowId({ workspace: 'default', session: session.id, task }),
  );
/** What the Temporal Web UI shows of a phase. */
const shownOf = async (session: TestSession, phase: string) =>
  (await handleOf(session, phase).query<{ currentDetails?: string }>('__temporal_workflow_metadata'))
    .currentDetails;
const rowOf = (session: TestSession) => offstage.store.sessions.get('default', session.id);
const hooksOf = async ({ id: session }: TestSession) =>
  (await offstage.store.hooks.list({ workspace: 'default', session })).map(
    ({ phase, kind, name, status, error }) => [phase, kind, name, status, error?.message ?? null],
  );

describe('a function before and after a session', () => {
  it('sets variables for the agent that speaks, is repeated under one id, and hears of the answer before it', async () => {
    const receiver = await receive(
      { json: { dynamicVariables: { name: 'Ada' } } },
      { status: 503 },
      { json: { ok: true } },
    );
    const session = await offstage.open(
      teamWith(`${receiver.url}/{{name}}`, {
        pre: [call('look_up')],
        post: [hookOf('reporter'), call('push')],
      }),
      { root: [{ say: 'Hello Ada.' }], reporter: [{ say: '{"mood": "good"}' }] },
    );
    await session.say('Hi');
    await session.untilIdle(1);
    await session.update('close', { reason: 'done' });
    await handleOf(session).result();
    await handleOf(session, 'post').result();

    expect(await hooksOf(session)).toEqual([
      ['pre', 'function', 'look_up', 'completed', null],
      ['post', 'background_agent', 'reporter', 'completed', null],
      ['post', 'function', 'push', 'completed', null],
    ]);
    expect(await shownOf(session, 'pre')).toContain('| look_up | completed |');
    expect(await shownOf(session, 'post')).toContain('| reporter | completed |\n| push | completed |');
    const [before, failed, after] = receiver.requests;
    expect(receiver.requests.map(({ isVerified }) => isVerified)).toEqual([true, true, true]);
    expect(before).toMatchObject({
      path: '/',
      body: { phase: 'pre', dynamicVariables: {}, agent: { name: 'root' } },
    });
    expect(before?.body).not.toHaveProperty('analysis');
    expect(after?.headers['webhook-id']).toBe(failed?.headers['webhook-id']);
    expect(after).toMatchObject({
      path: '/Ada',
      body: { phase: 'post', dynamicVariables: { name: 'Ada' }, analysis: null, response: { mood: 'good' } },
    });
    expect(session.model.calls[0]?.request.system).toContain('You serve Ada.');
    const told = (await session.events()).filter(({ type }) => type.startsWith('variables.'));
    expect(told).toMatchObject([
      { type: 'variables.missing', keys: ['name'] },
      { type: 'variables.changed', keys: ['name'], by: 'look_up' },
    ]);
  });

  it('ends the session without any call of a model where it says so, and the function after it hears of it', async () => {
    const receiver = await receive({ json: { terminateAgent: true, reason: 'not a patient' } }, { json: {} });
    const session = await offstage.open(
      teamWith(receiver.url, { pre: [call('look_up')], post: [call('push')] }),
      {},
    );
    await session.say('Hi').catch(() => undefined);
    await handleOf(session).result();
    await handleOf(session, 'post').result();
    expect(await rowOf(session)).toMatchObject({ status: 'aborted', closeReason: 'not a patient' });
    expect(session.model.calls).toEqual([]);
    expect((await hooksOf(session)).map(([, , name, status]) => [name, status])).toEqual([
      ['look_up', 'terminated'],
      ['push', 'completed'],
    ]);
  });

  it('that fails aborts the session, or does not, as its hook says', async () => {
    const receiver = await receive({ status: 404, text: 'no such line' });
    const open = (onError: 'abort' | 'continue') =>
      offstage.open(teamWith(receiver.url, { pre: [call('look_up', { onError })] }), {
        root: [{ say: 'Hello.' }],
      });
    const [strict, lenient] = [await open('abort'), await open('continue')];
    await handleOf(strict).result();
    strict.model.forget();
    await lenient.say('Hi');
    await lenient.untilIdle(1);
    for (const session of [strict, lenient]) {
      const words = 'it answered with status 404: no such line';
      expect(await hooksOf(session)).toEqual([['pre', 'function', 'look_up', 'failed', words]]);
    }
    expect(await rowOf(strict)).toMatchObject({ status: 'aborted' });
  });
});
