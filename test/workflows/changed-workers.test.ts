import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defer } from '../support/deferred.ts';
import { runAgent } from '../support/scripted-tools.ts';
import type { ScriptedStep } from '../support/scripted-model.ts';
import { startTestOffstage } from '../support/test-offstage.ts';
import type { TestOffstage } from '../support/test-offstage.ts';
import type { TestSession } from '../support/test-session.ts';
import { makeTeam } from '../support/test-team.ts';

// What came while there was no worker, and workers that take a conversation up from its history.
let offstage: TestOffstage;
beforeAll(async () => {
  offstage = await startTestOffstage();
});
afterAll(() => offstage.close());

const team = makeTeam({ root: { subAgents: ['researcher'] }, researcher: {} });

describe('a background agent', () => {
  it('does not hold what is said next in the turn that started it, though other workers take both up from history', async () => {
    const [begun, work] = [defer(), defer()];
    const atWork = (): ScriptedStep => {
      begun.resolve();
      return { say: 'The answer is 42.', after: work.promise };
    };
    const session = await offstage.open(team, {
      root: [
        runAgent('researcher', 'Find out'),
        { say: 'I have started.', after: begun.promise },
        { say: 'Yes.' },
        { say: 'It is 42.' },
      ],
      researcher: [atWork, atWork, atWork],
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

  it('is started where its signal stands among those that came before its session had a worker', async () => {
    let session: TestSession | undefined;
    await offstage.restartWorkers(async () => {
      session = await offstage.open(team, { root: [{ say: 'Done.' }], researcher: [{ say: 'Done.' }] });
      const handle = offstage.server.client.workflow.getHandle(session.workflowId);
      await handle.signal('hookNews', { type: 'variables.changed', keys: ['first'], by: 'lookup' });
      await handle.signal('startTask', { agent: 'researcher', task: 'Second' });
      await handle.signal('hookNews', { type: 'variables.changed', keys: ['third'], by: 'lookup' });
    });
    await session?.untilIdle(1);
    const types = (await session?.events())?.map(({ type }) => type);
    expect(types?.filter((type) => /^(variables|task\.queued)/.test(type))).toEqual([
      'variables.changed',
      'task.queued',
      'variables.changed',
    ]);
  });
});
