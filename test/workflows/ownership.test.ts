import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProviderRequest } from '../../activities/model/provider.ts';
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

const team = makeTeam({
  root: { subAgents: ['chief', 'neighbour'] },
  chief: { subAgents: ['worker'] },
  neighbour: { subAgents: ['worker'] },
  worker: {},
});

/** A call of every tool that names a task. */
const meddle = (task: string, agent = 'worker') => ({
  call: [
    { name: 'view_background_agent', arguments: { task_id: task } },
    { name: 'stop_background_agent', arguments: { task_id: task } },
    { name: 'message_background_agent', arguments: { task_id: task, message: 'Stop that' } },
    { name: 'wait_background_agents', arguments: { task_ids: [task] } },
    { name: 'run_background_agent', arguments: { agent, task: 'Then', depends_on: [task] } },
  ],
});
const answersTo = ({ messages }: ProviderRequest): string[] =>
  messages.flatMap((message) => (message.role === 'tool' ? [message.text] : [])).slice(-5);
const notFound = (task: string): string[] => [
  ...Array<string>(4).fill(`task not found: ${task}`),
  `not started: task not found: ${task}`,
];

describe('a task', () => {
  it('is there for its starter alone: not for the starter of that one, not for a task beside it', async () => {
    const [known, asked, work] = [defer(), defer(), defer()];
    const ids = { chief: '', worker: '' };
    const told: Record<string, string[]> = {};
    const session = await offstage.open(team, {
      root: [
        { call: [...runAgent('chief').call, ...runAgent('neighbour').call] },
        { say: 'Both are at work.' },
        () => meddle(ids.worker, 'neighbour'),
        ({ request }) => {
          told['root'] = answersTo(request);
          return { say: 'Not mine.' };
        },
        { say: 'The neighbour is done.' },
        { say: 'The chief is done.' },
      ],
      chief: [
        runAgent('worker'),
        ({ request }) => {
          ids.worker = taskIdsIn(request)[0] ?? '';
          known.resolve();
          return { say: 'One is at work.' };
        },
        { say: 'All is done.' },
      ],
      neighbour: [
        { call: [{ name: 'list_background_agents' }], after: asked.promise },
        () => meddle(ids.worker),
        ({ request }) => {
          told['beside'] = answersTo(request);
          return meddle(ids.chief);
        },
        ({ request }) => {
          told['beside it, its sibling'] = answersTo(request);
          return { say: 'Nothing is there.' };
        },
      ],
      worker: [{ say: 'Done as asked.', after: work.promise }],
    });
    await session.say('Go');
    await known.promise;
    ids.chief = (await session.read()).view.tasks[0]?.id ?? '';
    await session.untilIdle(1);
    await session.say('Stop what the chief has started');
    await session.untilIdle(2);
    asked.resolve();
    await session.untilIdle(3);
    work.resolve();
    await session.untilIdle(4);
    expect(ids.worker).not.toBe('');
    expect(told).toEqual({
      root: notFound(ids.worker),
      beside: notFound(ids.worker),
      'beside it, its sibling': notFound(ids.chief),
    });
    const stored = (task: string) =>
      offstage.store.tasks.get({ workspace: 'default', session: session.id, task });
    await waitFor(async () => (await stored(ids.chief))?.status === 'completed');
    expect(await stored(ids.worker)).toMatchObject({ status: 'completed', result: 'Done as asked.' });
  });
});
