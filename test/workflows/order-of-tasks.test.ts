import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defer } from '../support/deferred.ts';
import { runAgent, taskIdsIn } from '../support/scripted-tools.ts';
import { startTestOffstage } from '../support/test-offstage.ts';
import type { TestOffstage } from '../support/test-offstage.ts';
import { makeTeam } from '../support/test-team.ts';
import { waitFor } from '../support/wait-for.ts';

let offstage: TestOffstage;
beforeAll(async () => {
  offstage = await startTestOffstage();
});
afterAll(() => offstage.close());

const team = makeTeam({ root: { subAgents: ['worker', 'writer'] }, worker: {}, writer: {} });

describe('tasks that depend on others', () => {
  it('start when those have ended, with their results and failures before them', async () => {
    const research = defer();
    const session = await offstage.open(team, {
      root: [
        { call: [...runAgent('worker', 'a').call, ...runAgent('worker', 'b').call] },
        (call) => ({
          call: [
            {
              name: 'run_background_agent',
              arguments: { agent: 'writer', task: 'Sum up', depends_on: taskIdsIn(call.request) },
            },
          ],
        }),
        { say: 'Under way.' },
        { say: 'The research is there.' },
        { say: 'And the summary.' },
      ],
      worker: [
        { say: 'The first finding.', after: research.promise },
        { fail: 'the source is gone', after: research.promise },
      ],
      writer: [{ say: 'A summary.' }],
    });
    await session.say('Go');
    const before = await session.untilIdle(1);
    expect(before.view.tasks.map(({ status }) => status)).toEqual(['running', 'running', 'queued']);
    research.resolve();
    await session.untilIdle(3);
    const asked = session.model.calls.find(({ agent }) => agent === 'writer')?.request.messages ?? [];
    // Which of the two workers finds and which fails is a race; both ends are passed on.
    expect(JSON.stringify(asked)).toMatch(/Sum up.*status=.*The first finding\./s);
    expect(JSON.stringify(asked)).toMatch(/Sum up.*status=.*the source is gone/s);
    expect(session.model.calls.filter(({ agent }) => agent === 'writer')).toHaveLength(1);
  });
});

describe('ends of tasks that come close together', () => {
  it('are told by one follow-up', async () => {
    const work = defer();
    const parts = Array.from({ length: 10 }, (_, index) => `Part ${index}.`);
    const session = await offstage.open(team, {
      root: [
        { call: parts.flatMap((part) => runAgent('worker', part).call) },
        { say: 'Ten agents are at work.' },
        { say: 'All ten are there.' },
      ],
      worker: parts.map((say) => ({ say, after: work.promise })),
    });
    await session.say('Go');
    await session.untilIdle(1);
    await waitFor(() => session.model.calls.filter(({ agent }) => agent === 'worker').length === 10);
    work.resolve();
    const { view } = await session.untilIdle(2);
    expect(view.turn).toBe(2);
    expect(view.tasks.every(({ notice }) => notice.state === 'spoken' && notice.turn === 2)).toBe(true);
  });
});
