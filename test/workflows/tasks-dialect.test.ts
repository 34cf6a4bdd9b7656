import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defer } from '../support/deferred.ts';
import { taskIdsIn } from '../support/scripted-tools.ts';
import { startTestOffstage } from '../support/test-offstage.ts';
import type { TestOffstage } from '../support/test-offstage.ts';
import { makeTeam } from '../support/test-team.ts';
import type { TestAgent } from '../support/test-team.ts';
import { waitFor } from '../support/wait-for.ts';

let offstage: TestOffstage;
beforeAll(async () => {
  offstage = await startTestOffstage();
});
afterAll(() => offstage.close());

const toolsets: NonNullable<TestAgent['toolsets']> = [{ type: 'background_agents', dialect: 'tasks' }];

const call = (name: string, args: Record<string, unknown>) => ({ call: [{ name, arguments: args }] });
const start = (agent: string, task = 'Down') => call(agent, { task, background: true });

describe('the dialect tasks', () => {
  it('nests three levels deep, blocking and beside, over rollovers; each end goes to its own starter', async () => {
    const team = makeTeam({
      root: { subAgents: ['one'], toolsets },
      one: { subAgents: ['two', 'aide'], toolsets },
      two: { subAgents: ['three'], toolsets },
      three: { subAgents: ['four', 'root'], toolsets },
      four: {},
      aide: {},
    });
    const grouped = ['a', 'b'].map((part) => ({
      name: 'run_background_agent',
      arguments: { agent: 'aide', task: part, group: 'g', notify: 'group' },
    }));
    const chief = { ...team.agents['one'], toolsets: [{ type: 'background_agents' as const }] };
    Object.assign(team.agents, { one: chief });
    const session = await offstage.open(
      team,
      {
        root: [start('one'), { say: 'Started.' }, { say: 'All of it is done.' }],
        one: [
          { call: [...grouped, { name: 'run_background_agent', arguments: { agent: 'two', task: 'Down' } }] },
          { say: 'Waiting.' },
          { say: 'One says: everything.' },
          { say: 'One says: everything.' },
        ],
        aide: [{ say: 'Aided.' }, { say: 'Aided.' }],
        two: [call('three', { task: 'Down' }), { say: 'Two says: done.' }],
        three: [{ call: [...start('four').call, ...start('root').call] }, { say: 'Three says: done.' }],
      },
      { rollover: { turns: 1, events: 1000 } },
    );
    await session.say('Go');
    await session.untilIdle(2);
    expect((await session.transcript()).at(-2)).toContain('One says: everything.');
    const refusals = session.model.calls
      .filter(({ agent }) => agent === 'three')[1]
      ?.request.messages.flatMap((message) => (message.role === 'tool' ? [message.text] : []));
    expect(refusals).toEqual([
      expect.stringContaining('3 levels deep'),
      expect.stringContaining('3 levels deep'),
    ]);
    const read = JSON.stringify(session.model.calls.filter(({ agent }) => agent === 'one').at(-1)?.request);
    const notices = [...read.matchAll(/<background_task id[^>]*agent=\\"(\w+)\\"/g)].map(
      ([, agent]) => agent,
    );
    expect(notices.sort()).toEqual(['aide', 'aide', 'two']);
    session.model.forget();
  });

  it('lets nobody wait behind a wait, and reads a whole result without a second notice', async () => {
    const work = defer();
    const long = `${'x'.repeat(5000)} END`;
    const team = makeTeam({ root: { subAgents: ['worker'], toolsets }, worker: {} });
    const session = await offstage.open(team, {
      root: [
        start('worker'),
        (asked) => call('get_task_result', { task_id: taskIdsIn(asked.request)[0], wait: true }),
        { say: 'I am here.' },
        (asked) => call('get_task_result', { task_id: taskIdsIn(asked.request)[0], wait: true, timeout: 0 }),
        { say: 'Read it.' },
      ],
      worker: [{ say: long, after: work.promise }],
    });
    await session.say('Go');
    await waitFor(async () => (await session.read()).view.currentTool === 'get_task_result');
    await session.say('Are you there?');
    await session.untilIdle(1);
    expect(await session.transcript()).toContainEqual(
      expect.stringContaining('note: the wait ended early because a message of the user arrived'),
    );
    await session.say('Wait for it');
    await waitFor(async () => (await session.read()).view.currentTool === 'get_task_result');
    work.resolve();
    const { view } = await session.untilIdle(2);
    expect((await session.transcript()).at(-2)).toMatch(/status: completed[\s\S]* END$/);
    expect(view.tasks[0]?.notice).toMatchObject({ state: 'spoken', turn: 2 });
    expect(view.turn).toBe(2);
  });
});

describe('an entry of sub_agents', () => {
  it('gives its task a name, and variables made from those of the session', async () => {
    const team = makeTeam({ root: { subAgents: ['worker'], toolsets }, worker: {} });
    const entry = { agent: 'worker', name: 'caller', description: 'Calls people', holdingMessage: null };
    const input = { customer: '{{customer.name}}', language: 'en' };
    Object.assign(team.agents['root'] ?? {}, { subAgents: [{ ...entry, input }] });
    const session = await offstage.open(team, {
      root: [{ say: 'Hello.' }, call('caller', { task: 'Call them', max_turns: 1 }), { say: 'Called.' }],
      worker: [{ say: 'Called Ada.' }],
    });
    const row = await offstage.store.sessions.get('default', session.id);
    if (row === null) throw new Error('the session is not in the store');
    await offstage.store.sessions.remove('default', session.id);
    await offstage.store.sessions.create({ ...row, variables: { customer: { name: 'Ada' } } });
    await session.say('Hello');
    await session.untilIdle(1);
    await session.say('Call the customer');
    const { view } = await session.untilIdle(2);
    expect(view.tasks).toMatchObject([{ agent: 'worker', mode: 'transfer', status: 'completed' }]);
    const asked = session.model.calls.find(({ agent }) => agent === 'worker')?.request.messages[0];
    expect(JSON.stringify(asked)).toContain(
      JSON.stringify('Call them\n\nVariables: {"customer":"Ada","language":"en"}').slice(1, -1),
    );
    const offered = session.model.calls[0]?.request.tools.find(({ name }) => name === 'caller');
    expect(offered?.description).toContain('Calls people.');
  });
});
