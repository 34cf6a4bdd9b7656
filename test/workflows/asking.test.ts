import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isTerminal } from '../../protocol/task.ts';
import { defer } from '../support/deferred.ts';
import { runAgent, taskIdsIn } from '../support/scripted-tools.ts';
import type { Script, ScriptedStep } from '../support/scripted-model.ts';
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
  root: { subAgents: ['worker', 'chief'] },
  worker: {},
  chief: { subAgents: ['worker'] },
});

const ask = (question: string): ScriptedStep => ({
  call: [{ name: 'ask_starter', arguments: { question } }],
});

/** Calls a tool on the task that the prompt named last. */
const onTask =
  (name: string, given: (task: string) => Record<string, unknown>): Script[number] =>
  ({ request }) => ({ call: [{ name, arguments: given(taskIdsIn(request).at(-1) ?? '') }] });

const tell = (message: string): Script[number] =>
  onTask('message_background_agent', (task) => ({ task_id: task, message }));

function storedTask(session: TestSession, task: string) {
  return offstage.store.tasks.get({ workspace: 'default', session: session.id, task });
}

async function countRuns(workflowId: string): Promise<number> {
  const { workflow } = offstage.server.client;
  let runs = 0;
  for await (const _run of workflow.list({ query: `WorkflowId = "${workflowId}"` })) runs += 1;
  return runs;
}

async function transcriptOf(session: TestSession, task: string): Promise<string[]> {
  const rows = await offstage.store.transcript.read({ workspace: 'default', session: session.id, task });
  return rows.map(
    ({ role, content }) => `${role}: ${content.map((part) => ('text' in part ? part.text : '')).join('')}`,
  );
}

describe('a background agent that asks', () => {
  it('gets the answer in later runs of both, on other workers; its starter asked the user once', async () => {
    const session = await offstage.open(
      team,
      {
        root: [
          runAgent('worker', 'Paint it'),
          { say: 'Started.' },
          { say: 'Which colour?' },
          tell('Blue'),
          { say: 'Passed on.' },
          { say: 'It is blue.' },
        ],
        worker: [ask('Which colour shall it be?'), { say: 'Painted blue.' }],
      },
      { rollover: { turns: 1, events: 1000 } },
    );
    await session.say('Paint my door');
    const { view } = await session.untilIdle(2);
    const id = view.tasks[0]?.id ?? '';
    expect(view.tasks).toMatchObject([{ status: 'waiting_input', asks: { turn: 1, step: 1 } }]);
    const page = await waitFor(async () => {
      const listed = await offstage.store.tasks.list('default', { status: 'waiting_input', limit: 10 });
      return listed.data.some((task) => task.id === id) ? listed : undefined;
    });
    expect(page.data).toMatchObject([{ id, question: 'Which colour shall it be?' }]);
    await waitFor(async () => (await countRuns(session.workflowId)) > 1);
    await waitFor(async () => (await countRuns(`${session.workflowId}/task/${id}`)) > 1);
    await offstage.restartWorkers();
    await session.say('Blue, please');
    await session.untilIdle(4);
    expect(await storedTask(session, id)).toMatchObject({
      status: 'completed',
      result: 'Painted blue.',
      question: null,
    });
    expect(await transcriptOf(session, id)).toEqual([
      'user: Paint it',
      'assistant: ',
      'tool: Asked. The answer is the next message.',
      'user: Blue',
      'assistant: Painted blue.',
    ]);
    const notices = (await session.transcript()).filter((line) => line.includes('It asks:'));
    expect(notices).toEqual([expect.stringMatching(/^system: <background_task .*status="waiting_input">/)]);
    expect(notices[0]).toContain('Which colour shall it be?');
    const events = (await session.events()).filter(({ type }) => /^(task|question|completion)\./.test(type));
    expect(events.map(({ type }) => type)).toEqual([
      'task.queued',
      'task.started',
      'task.asked',
      'question.delivered',
      'task.steering',
      'task.resumed',
      'task.steered',
      'task.finished',
      'completion.delivered',
      'completion.spoken',
    ]);
  });

  it('leaves its place to another, and queues for one when it is answered; it can be stopped and wrapped up', async () => {
    const second = defer();
    const capped = makeTeam({ root: { subAgents: ['worker'] }, worker: {} }, { maxRunningTasks: 1 });
    const session = await offstage.open(capped, {
      root: Array.from({ length: 10 }, () => ({ say: 'Told.' })),
      worker: [
        ask('One?'),
        { say: 'Two.', after: second.promise },
        { say: 'One.' },
        ask('Three?'),
        ask('Four?'),
        { say: 'As far as I know.' },
      ],
    });
    const start = (id: string) => session.update('startTask', { id, agent: 'worker', task: `Task ${id}` });
    const answer = { task: 'one', id: 'msg_1', hash: '1', text: 'Yes' };
    await start('one');
    await start('two');
    await waitFor(() => session.model.calls.filter(({ agent }) => agent === 'worker').length === 2);
    await session.untilIdle(1);
    await session.update('steerTask', answer);
    expect((await session.read()).view.tasks.map(({ status }) => status)).toEqual(['queued', 'running']);
    second.resolve();
    await waitFor(async () => (await session.read()).view.tasks.every(({ status }) => isTerminal(status)));
    for (const [id, mode] of [
      ['three', 'now'],
      ['four', 'wrap_up'],
    ] as const) {
      await start(id);
      await waitFor(async () => (await storedTask(session, id))?.status === 'waiting_input');
      await session.update('stopTask', { task: id, mode });
    }
    expect((await session.read()).view.tasks.map(({ status, partial }) => [status, partial])).toEqual([
      ['completed', false],
      ['completed', false],
      ['cancelled', false],
      ['completed', true],
    ]);
    await waitFor(async () =>
      (await session.read()).view.tasks.every(({ notice }) => notice.state === 'spoken'),
    );
    session.model.forget();
  });

  it('asks the task that started it, which asks its own starter; a person answers that one directly', async () => {
    const session = await offstage.open(team, {
      root: [{ say: 'The chief asks which year.' }, { say: 'The chief is done.' }],
      chief: [
        runAgent('worker', 'Count'),
        onTask('wait_background_agents', (task) => ({ task_ids: [task] })),
        ask('Which year is meant?'),
        tell('Last year'),
        onTask('wait_background_agents', (task) => ({ task_ids: [task] })),
        { say: 'There were seven.' },
      ],
      worker: [ask('Which year?'), { say: 'Seven.' }],
    });
    await session.update('startTask', { id: 'one', agent: 'chief', task: 'Count them' });
    await session.untilIdle(1);
    await session.update('steerTask', { task: 'one', id: 'msg_1', hash: '1', text: 'The last one' });
    await session.untilIdle(2);
    expect(await storedTask(session, 'one')).toMatchObject({
      status: 'completed',
      result: 'There were seven.',
    });
    const rows = await transcriptOf(session, 'one');
    expect(rows.filter((row) => row.includes('Which year?'))).toEqual([
      expect.stringMatching(/^tool: [^]*"asks": "Which year\?"[^]*ended early because a task asks/),
    ]);
    expect((await session.transcript()).join()).not.toContain('Which year?');
  });

  it('goes on with words on what it has when its session is over and it was kept', async () => {
    const begin = defer();
    const session = await offstage.open(team, {
      worker: [{ ...ask('Which year?'), after: begin.promise }, { say: 'I took this year.' }],
    });
    await session.update('startTask', { id: 'one', agent: 'worker', task: 'Count them' });
    await waitFor(() => session.model.calls.length === 1);
    await session.update('close', { reason: 'enough', tasks: 'keep' });
    await offstage.server.client.workflow.getHandle(session.workflowId).result();
    begin.resolve();
    await waitFor(async () => (await storedTask(session, 'one'))?.status === 'completed');
    expect((await transcriptOf(session, 'one')).slice(2)).toEqual([
      'tool: Asked. The answer is the next message.',
      expect.stringMatching(/^system: Nobody is left who could answer/),
      'assistant: I took this year.',
    ]);
  });
});
