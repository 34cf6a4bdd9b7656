import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defer } from '../support/deferred.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startTestOffstage } from '../support/test-offstage.ts';
import type { TestOffstage } from '../support/test-offstage.ts';
import type { TestSession } from '../support/test-session.ts';
import { makeTeam } from '../support/test-team.ts';
import { waitFor } from '../support/wait-for.ts';

let postgres: TestPostgres;
let offstage: TestOffstage;
beforeAll(async () => {
  postgres = await startPostgres();
  offstage = await startTestOffstage(await postgres.createDatabase());
});
afterAll(async () => {
  await offstage.close();
  await postgres.remove();
});

const team = makeTeam({ assistant: { subAgents: ['researcher'] }, researcher: {} });
const research = {
  call: [{ name: 'run_background_agent', arguments: { agent: 'researcher', task: 'Look it up' } }],
};

/** Offsets without a gap, and each of these once. */
async function expectOnce(session: TestSession, types: string[]): Promise<void> {
  const events = await session.events();
  expect(events.map(({ offset }) => offset)).toEqual(events.map((_, index) => index + 1));
  const counts = types.map((type) => `${type}: ${events.filter((event) => event.type === type).length}`);
  expect(counts).toEqual(types.map((type) => `${type}: 1`));
}

describe('a conversation on a PostgreSQL server', () => {
  it('has a background agent work, whose result is told', async () => {
    const session = await offstage.open(team, {
      assistant: [research, { say: 'It runs.' }, { say: 'It is there.' }],
      researcher: [{ say: 'Found.' }],
    });
    await session.say('Please');
    await session.untilIdle(2);
    await expectOnce(session, ['task.queued', 'task.finished', 'completion.delivered']);
    expect((await session.transcript()).at(-1)).toBe('assistant: It is there.');
  });
});

describe('a store that is killed', () => {
  it('in the middle of a model call is waited for: the answer is stored, and nobody is asked again', async () => {
    const answered = defer();
    const session = await offstage.open(team, {
      assistant: [{ begin: 'Good ', say: 'morning.', after: answered.promise }],
    });
    await session.say('Hello', 'next_step', 'msg_1');
    await waitFor(() => session.model.calls.length === 1);
    await postgres.kill();
    answered.resolve();
    await postgres.restart();
    await session.untilIdle(1);
    expect(session.model.calls).toHaveLength(1);
    expect(await session.transcript()).toEqual(['user: Hello', 'assistant: Good morning.']);
    await expectOnce(session, ['message.queued', 'turn.started', 'message.committed', 'turn.finished']);
  });

  it('while a turn is interrupted is waited for: what was said is kept, and the turn did not fail', async () => {
    const session = await offstage.open(team, {
      assistant: [{ begin: 'Once upon', after: new Promise(() => undefined) }],
    });
    await session.say('Tell a story');
    const conversation = { workspace: 'default', session: session.id, task: null };
    await waitFor(async () => (await offstage.store.partials.read(conversation)) !== null);
    await postgres.kill();
    expect(await session.update('interrupt', {})).toEqual({ turn: 1, changed: true });
    session.interruptByBus(1);
    await postgres.restart();
    await session.untilIdle(1);
    expect(session.model.calls).toHaveLength(1);
    expect(await session.transcript()).toEqual(['user: Tell a story', 'assistant: Once upon']);
    await expectOnce(session, ['turn.interrupting', 'message.committed', 'turn.finished']);
    expect((await session.events()).at(-1)).toMatchObject({ type: 'turn.finished', outcome: 'interrupted' });
  });

  it('before a turn and while a task ends is waited for: messages are taken, and all of it is told once', async () => {
    const found = defer();
    const session = await offstage.open(team, {
      assistant: [research, { say: 'It runs.' }, { say: 'Yes?' }, { say: 'It is there.' }],
      researcher: [{ say: 'Found.', after: found.promise }],
    });
    await session.say('Please');
    await session.untilIdle(1);
    await waitFor(() => session.model.calls.some(({ agent }) => agent === 'researcher'));
    await postgres.kill();
    const acknowledgement = await session.say('Are you there?', 'next_step', 'msg_2');
    expect(acknowledgement).toMatchObject({ message: 'msg_2', turn: 2 });
    found.resolve();
    await postgres.restart();
    await session.untilIdle(3);
    await expectOnce(session, ['task.queued', 'task.finished', 'completion.delivered']);
    const transcript = await session.transcript();
    expect(transcript.filter((row) => row === 'user: Are you there?')).toHaveLength(1);
    expect(transcript.at(-1)).toBe('assistant: It is there.');
  });
});
