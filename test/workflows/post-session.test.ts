import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Analysis } from '../../protocol/hooks.ts';
import { toWorkflowId } from '../../protocol/ids.ts';
import { defer } from '../support/deferred.ts';
import { calling, runAgent } from '../support/scripted-tools.ts';
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

const team = makeTeam({ root: { subAgents: ['worker'] }, worker: {}, reporter: {}, filer: {}, judge: {} });
const analysis: Analysis = {
  model: 'judge',
  instruction: 'Judge it.',
  parameters: { ...outputOf({ mood: { type: 'string' } }).schema, required: ['mood'] },
};
const reportOn = hookOf('reporter', { input: { mood: '{{analysis.mood}}' } });

const hooksOf = async ({ id: session }: TestSession) =>
  (await offstage.store.hooks.list({ workspace: 'default', session })).map(({ name, status, error }) => [
    ...[name, status, error?.type ?? null],
  ]);
const rowOf = (session: TestSession) => offstage.store.sessions.get('default', session.id);
const handleOf = (session: TestSession, task: string | null = null) =>
  offstage.server.client.workflow.getHandle(
    toWorkflowId({ workspace: 'default', session: session.id, task }),
  );

async function closeSession(session: TestSession): Promise<void> {
  await session.update('close', { reason: 'done' });
  await handleOf(session).result();
}

/** What was asked of an agent's model, as text. */
const askedOf = ({ model }: TestSession, agent: string): string[] =>
  model.calls
    .filter((call) => call.agent === agent)
    .map(({ request }) => JSON.stringify([request.system, request.messages]));

describe('what runs after a session', () => {
  it('gets what the analysis found; one hook that fails stops no other', async () => {
    const session = await offstage.open(withPhases(team, { analysis, post: [hookOf('filer'), reportOn] }), {
      root: [{ say: 'You are welcome.' }],
      judge: [{ say: '{"mood": "content"}' }],
      filer: [{ fail: 'no.' }],
      reporter: [{ say: 'A content person.' }],
    });
    await session.say('Thanks a lot!');
    await session.untilIdle(1);
    await closeSession(session);
    expect(await handleOf(session, 'post').result()).toEqual({
      hooks: [
        ...[
          { name: 'analysis', status: 'completed' },
          { name: 'filer', status: 'failed' },
        ],
        { name: 'reporter', status: 'completed' },
      ],
    });
    expect(await hooksOf(session)).toEqual([
      ['analysis', 'completed', null],
      ['filer', 'failed', 'model.bad_request'],
      ['reporter', 'completed', null],
    ]);
    expect(await rowOf(session)).toMatchObject({ status: 'closed', analysis: { mood: 'content' } });
    const [judged] = askedOf(session, 'judge');
    expect(judged).toContain('User: Thanks a lot!');
    expect(judged).toContain('Assistant: You are welcome.');
    expect(session.model.calls[1]?.request.output).toMatchObject({ schema: analysis.parameters });
    expect(askedOf(session, 'reporter')[0]).toContain(String.raw`\"mood\":\"content\"`);
    const tasks = await offstage.store.tasks.listBySession('default', session.id);
    expect(tasks.map(({ starter }) => starter)).toEqual(['post', 'post']);
  });

  it('goes on when the session is gone from Temporal, and on other workers', async () => {
    const written = defer();
    const session = await offstage.open(withPhases(team, { post: [hookOf('filer'), hookOf('reporter')] }), {
      filer: [{ say: 'Filed.', after: written.promise }, { say: 'Filed.' }],
      reporter: [{ say: 'Reported.' }],
    });
    await closeSession(session);
    await waitFor(() => session.model.calls.length === 1);
    const { client, namespace } = offstage.server;
    const workflowExecution = { workflowId: session.workflowId, runId: '' };
    // The server does it when it comes to it; nothing here needs the session's workflow any more.
    await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution });
    await offstage.restartWorkers();
    written.resolve();
    await handleOf(session, 'post').result();
    session.model.forget();
    expect(await hooksOf(session)).toEqual([
      ['filer', 'completed', null],
      ['reporter', 'completed', null],
    ]);
  });

  it('does not run for a session that is deleted', async () => {
    const session = await offstage.open(withPhases(team, { post: [hookOf('filer')] }), {});
    await session.update('close', { reason: 'deleted', withoutPost: true });
    await handleOf(session).result();
    await expect(handleOf(session, 'post').describe()).rejects.toThrow(WorkflowNotFoundError);
  });
});

describe('the analysis of a session', () => {
  const open = (judge: ({ say: string } | { fail: string })[]) =>
    offstage.open(withPhases(team, { analysis, post: [reportOn] }), {
      root: [{ say: 'Hello.' }],
      judge,
      reporter: [{ say: 'Reported.' }],
    });

  async function run(session: TestSession): Promise<void> {
    await session.say('Hi');
    await session.untilIdle(1);
    await closeSession(session);
    await handleOf(session, 'post').result();
  }

  it('that does not fit is asked for once more, with what is wrong', async () => {
    const session = await open([{ say: 'Quite content.' }, { say: '```json\n{"mood": "content"}\n```' }]);
    await run(session);
    expect(askedOf(session, 'judge')[1]).toContain('That does not fit: it is not JSON.');
    expect(await rowOf(session)).toMatchObject({ analysis: { mood: 'content' } });
    const [kept] = await offstage.store.hooks.list({ workspace: 'default', session: session.id });
    expect(kept).toMatchObject({ status: 'completed', usage: { modelCalls: 2, inputTokens: 20 } });
  });

  it.each([
    ['that does not fit a second time', [{ say: '{}' }, { say: '{"mood": 1}' }], 'analysis.invalid'],
    ['whose model refuses', [{ fail: 'no.' }], 'model.bad_request'],
  ])('%s is none, and the hooks run without it', async (_how, judge, type) => {
    const session = await open(judge);
    await run(session);
    expect(await hooksOf(session)).toEqual([
      ['analysis', 'failed', type],
      ['reporter', 'completed', null],
    ]);
    expect(await rowOf(session)).toMatchObject({ analysis: null });
  });

  it('is not made where nothing was said', async () => {
    const session = await open([]);
    session.model.forget();
    await closeSession(session);
    await handleOf(session, 'post').result();
    expect((await hooksOf(session))[0]).toEqual(['analysis', 'cancelled', 'analysis.nothing_said']);
  });
});

describe('a session that closes by itself', () => {
  it('does so when the agent ends it, with its reason, and what runs afterwards follows', async () => {
    const ended = makeTeam({ root: { functions: ['end_session'] }, filer: {}, judge: {} });
    const session = await offstage.open(withPhases(ended, { analysis, post: [hookOf('filer')] }), {
      root: [{ say: 'Goodbye!', ...calling('end_session', { reason: 'all settled' }) }],
      judge: [{ say: '{"mood": "content"}' }],
      filer: [{ say: 'Filed.' }],
    });
    await session.say('That is all');
    expect(await handleOf(session).result()).toMatchObject({ reason: 'all settled', turns: 1 });
    await handleOf(session, 'post').result();
    expect(await hooksOf(session)).toEqual([
      ['analysis', 'completed', null],
      ['filer', 'completed', null],
    ]);
    expect(await rowOf(session)).toMatchObject({
      status: 'closed',
      closeReason: 'all settled',
      analysis: { mood: 'content' },
    });
    expect(askedOf(session, 'judge')[0]).toContain('Assistant: Goodbye!');
  });

  it('does so when it was idle for the time that the team says, and not while a task runs', async () => {
    const work = defer();
    const session = await offstage.open(
      withPhases(team, { idleTimeoutMs: 1_000, post: [hookOf('filer')] }),
      {
        root: [runAgent('worker'), { say: 'Started.' }, { say: 'It is done.' }],
        worker: [{ say: 'Done.', after: work.promise }],
        filer: [{ say: 'Filed.' }],
      },
      { message: { id: 'msg_1', hash: '1', content: [{ type: 'text', text: 'Start' }] } },
    );
    await session.untilIdle(1);
    // Longer than the timeout: the session has to outlast a moment at which it would be over.
    const beyond = (await session.read()).view.updatedAt + 2_500;
    await waitFor(() => Date.now() > beyond);
    expect((await session.read()).view).toMatchObject({ status: 'idle' });
    work.resolve();
    expect(await handleOf(session).result()).toMatchObject({ reason: 'idle_timeout', turns: 2 });
    await handleOf(session, 'post').result();
    expect(await hooksOf(session)).toEqual([['filer', 'completed', null]]);
  });

  it('keeps its time over a rollover, and is closed at its longest whatever goes on', async () => {
    const session = await offstage.open(
      withPhases(team, { idleTimeoutMs: 600_000, maxDurationMs: 5_000 }),
      { root: [{ say: 'One.' }, { begin: 'Two', after: defer().promise }] },
      { rollover: { turns: 1, events: 1000 } },
    );
    await session.say('First');
    await session.untilIdle(1);
    await session.say('Second');
    expect(await handleOf(session).result()).toMatchObject({ reason: 'max_duration', turns: 2 });
    const events = await session.events();
    expect(events.at(-1)).toMatchObject({ type: 'session.closed', reason: 'max_duration' });
    const [first] = events;
    expect(events.at(-1)!.at - first!.at).toBeGreaterThanOrEqual(5_000);
  });
});
