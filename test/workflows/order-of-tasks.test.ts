import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GATHER_COMPLETIONS_MS } from '../../core/gather-completions.ts';
import { defer } from '../support/deferred.ts';
import { runAgent, taskIdsIn } from '../support/scripted-tools.ts';
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

const untilAllTold = (session: TestSession) =>
  waitFor(async () => (await session.read()).view.tasks.every(({ notice }) => notice.state === 'spoken'));

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
        ...['The research is there.', 'And the rest of it.', 'And the summary.'].map((say) => ({ say })),
      ],
      worker: [
        { say: 'The first finding.', after: research.promise },
        { fail: 'the source is gone', after: research.promise },
      ],
      writer: [{ say: 'A summary.' }],
    });
    await session.say('Go');
    await session.untilIdle(1);
    await waitFor(() => session.model.calls.filter(({ agent }) => agent === 'worker').length === 2);
    const before = await session.read();
    expect(before.view.tasks.map(({ status }) => status)).toEqual(['running', 'running', 'queued']);
    research.resolve();
    await untilAllTold(session);
    session.model.forget();
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
        ...parts.map(() => ({ say: 'All of them are there.' })),
      ],
      worker: parts.map((say) => ({ say, after: work.promise })),
    });
    await session.say('Go');
    await session.untilIdle(1);
    await waitFor(() => session.model.calls.filter(({ agent }) => agent === 'worker').length === 10);
    work.resolve();
    await untilAllTold(session);
    session.model.forget();
    const events = await session.events();
    const ends = events.flatMap((event) => (event.type === 'task.finished' ? [event] : []));
    const together = ends.filter(({ at }) => at - (ends[0]?.at ?? 0) < GATHER_COMPLETIONS_MS);
    const told = events.find((event) => event.type === 'completion.delivered');
    expect(told?.turn).toBe(2);
    expect(told?.tasks.slice(0, together.length)).toEqual(together.map(({ task }) => task));
  });
});
