import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defer } from '../support/deferred.ts';
import { runAgent } from '../support/scripted-tools.ts';
import { startTestOffstage } from '../support/test-offstage.ts';
import type { TestOffstage } from '../support/test-offstage.ts';
import { makeTeam } from '../support/test-team.ts';
import { waitFor } from '../support/wait-for.ts';

let offstage: TestOffstage;
beforeAll(async () => {
  offstage = await startTestOffstage();
});
afterAll(() => offstage.close());

const team = makeTeam(
  {
    triage: { subAgents: ['worker'], handoffs: [{ agent: 'billing', description: 'Invoices' }] },
    billing: { handoffs: [{ agent: 'triage', description: null }] },
    worker: {},
  },
  { maxHandoffsPerTurn: 2 },
);

const handTo = (agent: string, reason?: string) => ({
  call: [{ name: 'handoff', arguments: { agent, ...(reason === undefined ? {} : { reason }) } }],
});

describe('a handoff', () => {
  it('gives the conversation and its tasks to the other agent, over a rollover too', async () => {
    const work = defer();
    const session = await offstage.open(
      team,
      {
        triage: [runAgent('worker', 'Look it up'), handTo('billing', 'An invoice')],
        billing: [{ say: 'Billing here.' }, { say: 'Found: it is paid.' }, { say: 'You are welcome.' }],
        worker: [{ say: 'It is paid.', after: work.promise }],
      },
      { rollover: { turns: 1, events: 1000 } },
    );
    await session.say('Is my invoice paid?');
    await session.untilIdle(1);
    const handle = offstage.server.client.workflow.getHandle(session.workflowId);
    await waitFor(async () => {
      const { searchAttributes } = await handle.describe();
      return searchAttributes['OffstageAgent']?.[0] === 'billing';
    });
    work.resolve();
    await session.untilIdle(2);
    await session.say('Thanks');
    const { view } = await session.untilIdle(3);
    expect(view.agent).toBe('billing');
    expect(view.tasks[0]?.notice).toMatchObject({ state: 'spoken', turn: 2 });
    const events = await session.events();
    expect(events.find(({ type }) => type === 'agent.switched')).toMatchObject({
      from: 'triage',
      to: 'billing',
      reason: 'An invoice',
    });
    expect(
      events.flatMap((event) => (event.type === 'step.started' ? [`${event.turn} ${event.agent}`] : [])),
    ).toEqual(['1 triage', '1 triage', '1 billing', '2 billing', '3 billing']);
    const asked = session.model.calls
      .filter(({ agent }) => agent === 'billing')
      .map(({ request }) => request);
    expect(asked[0]?.system).toContain('You are billing.');
    expect(asked[0]?.messages.at(-1)).toMatchObject({
      role: 'user',
      parts: [{ text: expect.stringMatching(/^<system_notice>triage has handed .* An invoice/) }],
    });
    const tools = asked.map((request) => request.tools.map(({ name }) => name));
    const looking = [
      'list_background_agents',
      'view_background_agent',
      'stop_background_agent',
      'message_background_agent',
    ];
    expect(tools).toEqual([[...looking, 'handoff'], [...looking, 'handoff'], ['handoff']]);
    expect(await offstage.store.sessions.get('default', session.id)).toMatchObject({ agent: 'billing' });
  });

  it('that goes around and around ends the turn with words; the next message is answered', async () => {
    const session = await offstage.open(team, {
      triage: [handTo('billing'), handTo('billing'), { say: 'What is it about?' }],
      billing: [handTo('triage')],
    });
    await session.say('Hm');
    const { view } = await session.untilIdle(1);
    expect(view).toMatchObject({ lastOutcome: 'limit', agent: 'triage' });
    await session.say('An invoice');
    await session.untilIdle(2);
    expect(await session.transcript()).toContainEqual(
      expect.stringContaining('system: I stopped: this conversation was handed on 2 times'),
    );
  });
});
