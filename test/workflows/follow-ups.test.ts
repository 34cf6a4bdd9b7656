import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { calling, lastToolText } from '../support/scripted-tools.ts';
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
  root: {
    instruction: 'The customer likes {{colour}}.',
    functions: ['end_session', 'schedule_follow_up', 'cancel_follow_up', 'set_variable'],
  },
});

describe('a scheduled follow-up', () => {
  it('gives the agent a turn in its time, over a rollover and with other workers', async () => {
    const session = await offstage.open(
      team,
      {
        root: [
          calling('schedule_follow_up', { message: 'Ask how it went', after: '4s' }),
          { say: 'I will come back.' },
          { say: 'How did it go?' },
        ],
      },
      { rollover: { turns: 1, events: 1000 } },
    );
    await session.say('Bye for now');
    await session.untilIdle(1);
    await waitFor(async () => {
      const runs = [];
      const query = `WorkflowId = "${session.workflowId}"`;
      for await (const { runId } of offstage.server.client.workflow.list({ query })) runs.push(runId);
      return runs.length >= 2;
    });
    await offstage.restartWorkers();
    await session.untilIdle(2);
    const events = await session.events();
    const scheduled = events.find((event) => event.type === 'followup.scheduled');
    const due = events.find((event) => event.type === 'followup.due');
    expect(due?.followUp).toBe(scheduled?.followUp);
    expect(due?.at).toBeGreaterThanOrEqual(scheduled?.dueAt ?? Infinity);
    expect(events.find((event) => event.type === 'turn.started' && event.turn === 2)).toMatchObject({
      cause: 'schedule',
      inputs: [scheduled?.followUp],
    });
    const said = await session.transcript();
    expect(said.at(-2)).toContain('Ask how it went');
    expect(said.at(-1)).toBe('assistant: How did it go?');
  });

  it('that is cancelled gives none', async () => {
    const session = await offstage.open(team, {
      root: [
        calling('schedule_follow_up', { message: 'Later', after: '5s' }),
        (call) =>
          calling('cancel_follow_up', { id: /followup_\w+/.exec(lastToolText(call.request))?.[0] ?? '' }),
        calling('schedule_follow_up', { message: 'Much later', after: '6s' }),
        { say: 'Well.' },
        { say: 'It is much later.' },
      ],
    });
    await session.say('Remind me');
    await session.untilIdle(2);
    expect(
      (await session.events()).map(({ type }) => type).filter((type) => type.startsWith('followup')),
    ).toEqual(['followup.scheduled', 'followup.cancelled', 'followup.scheduled', 'followup.due']);
  });
});

describe('set_variable', () => {
  it('keeps a value for the instructions of this and all later steps', async () => {
    const session = await offstage.open(team, {
      root: [calling('set_variable', { key: 'colour', value: 'blue' }), { say: 'Noted.' }],
    });
    await session.say('I like blue');
    await session.untilIdle(1);
    const systems = session.model.calls.map(({ request }) => request.system);
    expect(systems.map((system) => system?.split('\n')[0])).toEqual([
      'The customer likes .',
      'The customer likes blue.',
    ]);
    expect(await session.events()).toContainEqual(
      expect.objectContaining({ type: 'variables.changed', keys: ['colour'], by: 'set_variable' }),
    );
  });
});

describe('end_session', () => {
  it('closes the session with its reason, after the words beside it', async () => {
    const session = await offstage.open(team, {
      root: [{ say: 'Goodbye!', ...calling('end_session', { reason: 'settled' }) }],
    });
    await session.say('That is all');
    await waitFor(async () => (await session.read()).view.status === 'closed');
    expect((await session.read()).view).toMatchObject({ closeReason: 'settled', lastOutcome: 'answered' });
    expect((await session.transcript()).slice(0, 2)).toEqual(['user: That is all', 'assistant: Goodbye!']);
    await expect(session.say('Hello?')).rejects.toThrow();
  });
});
