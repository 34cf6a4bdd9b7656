/** What a client was told keeps its place, whatever becomes of the worker that told it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defer } from '../support/deferred.ts';
import type { ScriptedStep } from '../support/scripted-model.ts';
import { runAgent } from '../support/scripted-tools.ts';
import { startTestOffstage } from '../support/test-offstage.ts';
import type { TestOffstage } from '../support/test-offstage.ts';
import type { TestSession } from '../support/test-session.ts';
import { makeTeam } from '../support/test-team.ts';
import { waitFor } from '../support/wait-for.ts';

const team = makeTeam({ root: { subAgents: ['worker'] }, worker: {} });
let offstage: TestOffstage;
beforeAll(async () => {
  offstage = await startTestOffstage();
});
afterAll(() => offstage.close());

/** A workflow task that nobody takes, as for a message that came when the last worker had died. */
async function hasTaskPending({ workflowId }: TestSession): Promise<boolean> {
  const { raw } = await offstage.server.client.workflow.getHandle(workflowId).describe();
  return Boolean(raw.pendingWorkflowTask);
}

describe('events that were told', () => {
  it('keep their offsets and times when the worker is lost with a message, and tasks are started before there is another', async () => {
    const [begun, work] = [defer(), defer()];
    const atWork = (): ScriptedStep => {
      begun.resolve();
      return { say: 'It is 42.', after: work.promise };
    };
    const session = await offstage.open(team, {
      root: [
        runAgent('worker'),
        { say: 'I have started.', after: begun.promise },
        { say: 'Yes.' },
        { say: 'It is 42.' },
      ],
      worker: [atWork, atWork, atWork, atWork],
    });
    await session.say('What is it?');
    await session.untilIdle(1);
    const told = await session.events();
    const handle = offstage.server.client.workflow.getHandle(session.workflowId);
    let said: Promise<unknown> | undefined;
    await offstage.restartWorkers(async () => {
      said = session.say('Still there?');
      await waitFor(() => hasTaskPending(session));
      await handle.signal('startTask', { agent: 'worker', task: 'From outside' });
    });
    expect(await said).toMatchObject({ turn: 2 });
    const after = await session.events();
    expect(after.slice(0, told.length)).toEqual(told);
    expect(after.slice(told.length)).toContainEqual(expect.objectContaining({ type: 'task.queued' }));
    work.resolve();
    await session.untilIdle(3);
    session.model.forget();
  });

  it('take a memo in history only where the workflow task before them left no command either', async () => {
    const session = await offstage.open(team, { root: [{ say: 'One.' }, { say: 'Two.' }], worker: [] });
    await session.say('Hello');
    await session.untilIdle(1);
    await session.say('And?');
    await session.untilIdle(2);
    const { events } = await offstage.server.client.workflow.getHandle(session.workflowId).fetchHistory();
    const memos = events?.filter((event) => event.workflowPropertiesModifiedEventAttributes) ?? [];
    // The first workflow task has none before it, and what it tells is kept by the memo.
    expect(memos.map(({ eventId }) => Number(eventId))).toEqual([5]);
  });
});
