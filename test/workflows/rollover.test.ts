import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { toLiveTopic } from '../../bus/bus.ts';
import { defer } from '../support/deferred.ts';
import { runAgent } from '../support/scripted-tools.ts';
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

const team = makeTeam({ root: { subAgents: ['worker'] }, worker: { toolsets: [{ type: 'think' }] } });

/**
 * Reads whenever the workers tell of news, as an API does. Workflow tasks that answer queries go other ways in the
 * SDK: what they leave has to replay, too.
 */
function readThroughout(session: TestSession): () => Promise<void> {
  const reads: Promise<unknown>[] = [];
  const topic = toLiveTopic({ workspace: 'default', session: session.id, task: null });
  const stopListening = offstage.bus.subscribe(topic, () => void reads.push(session.read()));
  return async () => {
    stopListening();
    expect(reads.length).toBeGreaterThan(0);
    await Promise.all(reads);
  };
}

async function countRuns(session: TestSession): Promise<number> {
  const runs = new Set<string>();
  const query = `WorkflowId = "${session.workflowId}"`;
  for await (const { runId } of offstage.server.client.workflow.list({ query })) runs.add(runId);
  return runs.size;
}

describe('a rollover', () => {
  it('loses and doubles nothing over many turns with tasks, messages in between and events read throughout', async () => {
    const TURNS = 300;
    const rounds = Math.ceil(TURNS / 3);
    const round = (index: number) => [
      { say: `Answer ${index}.` },
      index % 2 === 0 ? runAgent('worker', `Task ${index}`) : { call: [{ name: 'list_background_agents' }] },
      { say: 'Yes.' },
    ];
    const session = await offstage.open(
      team,
      {
        root: [
          ...Array.from({ length: rounds }, (_, index) => round(index)).flat(),
          // How many steps messages make of a turn is a matter of time.
          ...Array.from({ length: 10 * TURNS }, () => ({ say: 'Told.' })),
        ],
        worker: Array.from({ length: TURNS }, () => ({ say: 'Worked.' })),
      },
      { rollover: { turns: 4, events: 1000 } },
    );
    const stopReading = readThroughout(session);
    const said: string[] = [];
    while ((await session.read()).view.turn < TURNS) {
      const text = `Message ${said.length}`;
      said.push(text);
      await session.say(text);
      if (said.length % 5 === 0) await session.untilIdle(1);
    }
    await session.untilIdle(TURNS);
    await waitFor(async () =>
      (await session.read()).view.tasks.every(({ notice }) => notice.state === 'spoken'),
    );
    await stopReading();
    const events = await session.events();
    expect(events.map(({ offset }) => offset)).toEqual(events.map((_, index) => index + 1));
    const users = (await session.transcript()).filter((line) => line.startsWith('user: '));
    expect(users).toEqual(said.map((text) => `user: ${text}`));
    const finished = events.flatMap((event) => (event.type === 'task.finished' ? [event.task] : []));
    const queued = events.flatMap((event) => (event.type === 'task.queued' ? [event.task] : []));
    const delivered = events.flatMap((event) => (event.type === 'completion.delivered' ? event.tasks : []));
    expect(new Set(delivered).size).toBe(delivered.length);
    expect(finished.toSorted()).toEqual(queued.toSorted());
    expect(delivered.toSorted()).toEqual(queued.toSorted());
    expect(await countRuns(session)).toBeGreaterThan(TURNS / 8);
    session.model.forget();
  }, 600_000);

  it('keeps a running task: it is viewed, stopped and told in a later run', async () => {
    const first = defer();
    const session = await offstage.open(
      team,
      {
        root: [
          { call: [...runAgent('worker', 'One').call, ...runAgent('worker', 'Two').call] },
          { say: 'Started.' },
          { say: 'Still here.' },
          { say: 'One is done.' },
          { say: 'Two is stopped.' },
        ],
        worker: [
          { say: 'Result.', after: first.promise },
          { say: 'Result.', after: first.promise },
        ],
      },
      { rollover: { turns: 1, events: 1000 } },
    );
    await session.say('Go');
    await session.untilIdle(1);
    await waitFor(() => session.model.calls.filter(({ agent }) => agent === 'worker').length === 2);
    await session.say('Still there?');
    await session.untilIdle(2);
    await waitFor(async () => (await countRuns(session)) >= 2);
    const [one, two] = (await session.read()).view.tasks;
    const receipt = await session.update('stopTask', { task: two?.id ?? '', mode: 'now' });
    expect(receipt).toMatchObject({ quiet: true, tasks: [{ status: 'cancelled' }] });
    await session.untilIdle(3);
    first.resolve();
    const { view } = await session.untilIdle(4);
    expect(view.tasks.map(({ id, status }) => [id, status])).toEqual([
      [one?.id, 'completed'],
      [two?.id, 'cancelled'],
    ]);
  });

  it('holds up no drain, whose worker cannot answer its question any more: another one asks it again', async () => {
    const said = defer();
    const session = await offstage.open(
      team,
      { root: [{ say: 'One.', after: said.promise }, { say: 'Two.' }] },
      { rollover: { turns: 1, events: 1000 } },
    );
    await session.say('Go');
    const { workflow } = offstage.server.client;
    const handle = workflow.getHandle(session.workflowId);
    const unanswered = jest.fn(() => new Promise<never>(() => undefined));
    const asking = jest.spyOn(workflow, 'getHandle').mockReturnValue({ ...handle, query: unanswered });
    said.resolve();
    await waitFor(() => unanswered.mock.calls.length > 0);
    await offstage.restartWorkers(() => Promise.resolve(asking.mockRestore()));
    await waitFor(async () => (await countRuns(session)) === 2);
    await session.say('Again');
    await session.untilIdle(2);
    const events = await session.events();
    expect(events.map(({ offset }) => offset)).toEqual(events.map((_, index) => index + 1));
  });

  it('finds the end of a task that was terminated when its starter had continued as new', async () => {
    const session = await offstage.open(
      team,
      {
        root: [runAgent('worker'), { say: 'Started.' }, { say: 'It is gone.' }],
        worker: [{ begin: 'Half', after: new Promise(() => undefined) }],
      },
      { rollover: { turns: 1, events: 1000 } },
    );
    await session.say('Go');
    await session.untilIdle(1);
    await waitFor(async () => (await countRuns(session)) === 2);
    await waitFor(() => session.model.calls.some(({ agent }) => agent === 'worker'));
    const [task] = (await session.read()).view.tasks;
    await offstage.server.client.workflow
      .getHandle(`${session.workflowId}/task/${task?.id}`)
      .terminate('by hand');
    const { view } = await session.untilIdle(2);
    expect(view.tasks[0]).toMatchObject({ status: 'failed', error: { type: 'task.terminated' } });
  });

  it('of a task happens between its steps, with its own turn going on', async () => {
    const think = { call: [{ name: 'think', arguments: { thought: 'on' } }] };
    const session = await offstage.open(
      team,
      {
        root: [runAgent('worker'), { say: 'Started.' }, { say: 'Done.' }],
        worker: [think, think, think, think, think, { say: 'Thought through.' }],
      },
      { rollover: { turns: 2, events: 1000 } },
    );
    await session.say('Go');
    await session.untilIdle(2);
    const [task] = (await session.read()).view.tasks;
    const rows = await offstage.store.transcript.read({
      workspace: 'default',
      session: session.id,
      task: task?.id ?? '',
    });
    expect(rows.map(({ role }) => role)).toEqual([
      'user',
      ...Array(5).fill(['assistant', 'tool']).flat(),
      'assistant',
    ]);
    const events = await offstage.store.events.read(
      { workspace: 'default', session: session.id, task: task?.id ?? '' },
      1,
      1000,
    );
    expect(events.map(({ offset }) => offset)).toEqual(events.map((_, index) => index + 1));
    expect((await session.transcript()).at(-2)).toContain('Thought through.');
  });
});
