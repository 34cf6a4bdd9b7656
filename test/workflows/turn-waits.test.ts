/** Messages whose senders wait in the workflow for the end of their turn. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defer } from '../support/deferred.ts';
import { startTestOffstage } from '../support/test-offstage.ts';
import type { TestOffstage } from '../support/test-offstage.ts';
import type { TestSession } from '../support/test-session.ts';
import { makeTeam } from '../support/test-team.ts';
import { waitFor } from '../support/wait-for.ts';

const team = makeTeam({ assistant: {} });
const never = new Promise(() => undefined);
let offstage: TestOffstage;
beforeAll(async () => {
  offstage = await startTestOffstage();
});
afterAll(() => offstage.close());

const countEvents = async ({ workflowId }: TestSession): Promise<number> =>
  (await offstage.server.client.workflow.getHandle(workflowId).describe()).historyLength;

const countQueued = async (session: TestSession): Promise<number> =>
  (await session.events()).filter(({ type }) => type === 'message.queued').length;

describe('a message whose sender waits', () => {
  it('is answered with the end of its turn, which costs no more history than without', async () => {
    const session = await offstage.open(team, { assistant: [{ say: 'One.' }, { say: 'Two.' }] });
    const first = await session.ask('Hello');
    const committed = (await session.events()).find(({ type }) => type === 'message.committed');
    expect(committed).toMatchObject({ turn: 1 });
    const { message, at } = committed as unknown as { message: string; at: number };
    expect(first).toEqual({
      ...{ turn: 1, offset: 2 },
      end: { turn: 1, outcome: 'answered', reply: { message, at } },
    });
    const before = await countEvents(session);
    expect(await session.ask('And?')).toMatchObject({ end: { turn: 2, outcome: 'answered' } });
    expect((await countEvents(session)) - before).toBe(11);
  });

  it('is one of five at most: the others are told at once that the end is not', async () => {
    const answer = defer();
    const session = await offstage.open(team, {
      assistant: [{ begin: 'Well', after: answer.promise }, { say: 'Yes, all of you.' }],
    });
    const asked = ['a', 'b', 'c', 'd', 'e'].map((text) => session.ask(text));
    await waitFor(async () => (await countQueued(session)) === asked.length);
    expect(await session.ask('f')).toMatchObject({ turn: 1, end: null });
    // Commands find their way beside them.
    expect(await session.say('g')).toMatchObject({ turn: 1 });
    answer.resolve();
    const ends = (await Promise.all(asked)).map(({ end }) => end);
    expect(ends[0]).toMatchObject({ turn: 1, outcome: 'answered' });
    for (const end of ends) expect(end).toEqual(ends[0]);
  });

  it('is acknowledged to who repeats it without waiting, and the wait is over then', async () => {
    const answer = defer();
    const session = await offstage.open(team, {
      assistant: [{ begin: 'Well', after: answer.promise, say: '.' }],
    });
    const id = 'msg_00000000000000000000000000repeat';
    const asked = session.ask('Hello', id);
    await waitFor(async () => (await countQueued(session)) === 1);
    expect(await session.say('Hello', 'next_step', id)).toEqual({ message: id, turn: 1, offset: 2 });
    expect(await asked).toEqual({ turn: 1, offset: 2, end: null });
    answer.resolve();
    await session.untilIdle(1);
    expect(await countQueued(session)).toBe(1);
  });

  it('without having waited before is told the end that is known, also when it was said without', async () => {
    const session = await offstage.open(team, { assistant: [{ say: 'Yes.' }] });
    const { message } = await session.say('Hello');
    await session.untilIdle(1);
    expect(await session.ask('Hello', message)).toMatchObject({
      ...{ turn: 1, offset: 2 },
      end: { turn: 1, outcome: 'answered' },
    });
    expect(await countQueued(session)).toBe(1);
  });

  it('is answered over a restart of the workers', async () => {
    const answer = defer();
    const session = await offstage.open(team, { assistant: [{ after: answer.promise, say: 'Yes.' }] });
    const asked = session.ask('Hello');
    await waitFor(() => session.model.calls.length === 1);
    answer.resolve();
    await offstage.restartWorkers();
    expect(await asked).toMatchObject({ end: { outcome: 'answered' } });
  });

  it('does not keep a run that is long from continuing as new', async () => {
    const answer = defer();
    const session = await offstage.open(
      team,
      { assistant: [{ begin: 'Well', after: answer.promise }, { say: 'Two.' }, { say: 'Three.' }] },
      { rollover: { turns: 1, events: 10_000 } },
    );
    const first = session.ask('Hello');
    await waitFor(() => session.model.calls.length === 1);
    const second = session.ask('And then?', undefined, 'after_turn');
    await waitFor(async () => (await countQueued(session)) === 2);
    const { runId } = await offstage.server.client.workflow.getHandle(session.workflowId).describe();
    answer.resolve();
    expect(await first).toMatchObject({ end: { turn: 1 } });
    expect(await second).toMatchObject({ turn: 2, end: null });
    await session.untilIdle(2);
    await waitFor(async () => {
      const handle = offstage.server.client.workflow.getHandle(session.workflowId);
      return (await handle.describe()).runId !== runId;
    });
    expect(await session.ask('At last')).toMatchObject({ end: { turn: 3 } });
  });

  it('hears of the turn that a close interrupts, and no end where no turn comes any more', async () => {
    const session = await offstage.open(team, { assistant: [{ begin: 'Once upon', after: never }] });
    const taken = session.ask('Tell a story');
    await waitFor(() => session.model.calls.length === 1);
    const waiting = session.ask('And another', undefined, 'after_turn');
    await waitFor(async () => (await countQueued(session)) === 2);
    await session.update('close', { reason: 'enough' });
    expect(await taken).toMatchObject({ end: { turn: 1, outcome: 'interrupted' } });
    expect(await waiting).toMatchObject({ turn: 2, end: null });
    const summary = await offstage.server.client.workflow.getHandle(session.workflowId).result();
    expect(summary).toMatchObject({ reason: 'enough' });
  });
});
