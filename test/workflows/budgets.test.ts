import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BudgetLimits } from '../../protocol/budget.ts';
import type { ConversationEvent } from '../../protocol/events.ts';
import { defer } from '../support/deferred.ts';
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

/** What the scripted model says that each of its calls used. */
const CALL = 15;

const idOf = ({ id }: TestSession, task: string | null = null) => ({
  workspace: 'default',
  session: id,
  task,
});

async function extend(session: TestSession, task: string | null, limits: BudgetLimits): Promise<string[]> {
  const extension = { limits, by: 'ann', at: Date.now(), request: randomUUID() };
  await offstage.store.ledger.extend(idOf(session, task), {}, extension);
  return (await session.update('extendBudget', { task, limits, by: 'ann' })).tasks;
}

const usedTokens = async (session: TestSession, task: string | null = null) =>
  (await offstage.store.ledger.read(idOf(session, task)))?.used.tokens;

async function countByStatus(session: TestSession): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status } of (await session.read()).view.tasks) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

async function eventsOf(session: TestSession, prefix: string): Promise<ConversationEvent[]> {
  return (await session.events()).filter(({ type }) => type.startsWith(prefix));
}

const tasksOf = (event: ConversationEvent): string[] => ('tasks' in event ? event.tasks : []);

describe('the budget of a tree', () => {
  it('is not overdrawn by ten tasks at once; who finds nothing left waits, and goes on when it is extended', async () => {
    const limit = 3 * CALL;
    const team = makeTeam(
      { root: { subAgents: ['worker'] }, worker: {} },
      { budget: { tokens: limit, onExhausted: 'ask' } },
    );
    const gate = defer();
    let atOnce = 0;
    let most = 0;
    const work = () => {
      most = Math.max(most, (atOnce += 1));
      const said = gate.promise.then(() => void (atOnce -= 1));
      return { say: 'Done.', after: said };
    };
    const session = await offstage.open(team, {
      root: [{ say: 'All done.' }],
      worker: Array.from({ length: 10 }, () => work),
    });
    for (let count = 1; count <= 10; count += 1) {
      const request = { id: `task_${count}`, agent: 'worker', task: 'Go' };
      await session.update('startTask', { ...request, notify: 'never' });
    }
    await waitFor(async () => (await countByStatus(session))['running'] === 10);
    gate.resolve();
    await waitFor(async () => (await countByStatus(session))['waiting_input'] === 7);
    expect([most, await usedTokens(session)]).toEqual([1, limit]);
    // They find out one after the other: whether one turn tells of all of them is a matter of time.
    await waitFor(async () => (await eventsOf(session, 'question.')).flatMap(tasksOf).length === 7);
    const { view } = await session.untilIdle(1);
    const exhausted = await eventsOf(session, 'budget.exhausted');
    expect(exhausted.filter((event) => 'asks' in event && event.asks)).toHaveLength(7);
    expect(await eventsOf(session, 'turn.finished')).toMatchObject(
      Array.from({ length: view.turn }, () => ({ outcome: 'limit' })),
    );
    expect((await session.transcript()).at(-1)).toBe('(system)');

    expect(await extend(session, null, { tokens: 1_000_000 })).toHaveLength(7);
    await waitFor(async () => (await countByStatus(session))['completed'] === 10);
    expect(await usedTokens(session)).toBe(10 * CALL);
    await session.say('And now?');
    await session.untilIdle(view.turn + 1);
    expect(await usedTokens(session)).toBe(11 * CALL);
  });
});

describe('the budget of a task', () => {
  it('warns its agent, has it wait with its question in the conversation, and goes on over rollovers and with other workers', async () => {
    const think = { call: [{ name: 'think', arguments: { thought: 'on' } }] };
    const team = makeTeam({
      root: { subAgents: ['worker'] },
      worker: { toolsets: [{ type: 'think' }], budget: { tokens: 18, onExhausted: 'ask' } },
    });
    const session = await offstage.open(
      team,
      {
        root: [{ say: 'It asks for more.' }, { say: 'Yes.' }, { say: 'It is done.' }],
        worker: [{ ...think, begin: 'I have looked.' }, { say: 'Found.' }],
      },
      { rollover: { turns: 1, events: 1000 } },
    );
    await session.update('startTask', { id: 'one', agent: 'worker', task: 'Look' });
    await session.untilIdle(1);
    expect(await countByStatus(session)).toEqual({ waiting_input: 1 });
    expect((await session.transcript()).join('\n')).toMatch(
      /15 tokens of the 18 tokens of this task[^]*Said so far: I have looked\.[^]*assistant: It asks for more\.$/,
    );
    const stored = () => offstage.store.tasks.get({ ...idOf(session), task: 'one' });
    await waitFor(async () => (await stored())?.status === 'waiting_input');
    expect((await stored())?.shortage).toEqual({ scope: 'task', unit: 'tokens', used: CALL, limit: 18 });
    await offstage.restartWorkers();
    await session.say('Still there?');
    await session.untilIdle(2);
    expect(await extend(session, 'one', { tokens: 5000 })).toEqual(['one']);
    expect(await eventsOf(session, 'budget.extended')).toMatchObject([
      { task: 'one', by: 'ann', tokens: 5000, at: expect.any(Number) },
    ]);
    await session.untilIdle(3);
    expect(await countByStatus(session)).toEqual({ completed: 1 });
    expect(await usedTokens(session, 'one')).toBe(2 * CALL);
    const rows = await offstage.store.transcript.read(idOf(session, 'one'));
    expect(rows.map(({ kind }) => kind)).toEqual(['user', 'assistant', 'tool', 'instruction', 'assistant']);
    const causes = (await eventsOf(session, 'turn.started')).map((event) => 'cause' in event && event.cause);
    expect(causes).toEqual(['question', 'message', 'completion']);
    expect(await stored()).toMatchObject({ status: 'completed', shortage: null });
  });

  it('ends one that was kept when its session closed, since nobody is left to extend it', async () => {
    const gate = defer();
    const think = { call: [{ name: 'think', arguments: { thought: 'on' } }] };
    const team = makeTeam({
      root: { subAgents: ['worker'] },
      worker: { toolsets: [{ type: 'think' }], budget: { tokens: 18, onExhausted: 'ask' } },
    });
    const session = await offstage.open(team, {
      root: [],
      worker: [{ ...think, begin: 'Half of it', after: gate.promise }],
    });
    await session.update('startTask', { id: 'one', agent: 'worker', task: 'Look' });
    await waitFor(() => session.model.calls.length === 1);
    await session.update('close', { reason: 'enough', tasks: 'keep' });
    await offstage.server.client.workflow.getHandle(session.workflowId).result();
    gate.resolve();
    const stored = () => offstage.store.tasks.get({ ...idOf(session), task: 'one' });
    await waitFor(async () => (await stored())?.endedAt != null);
    expect(await stored()).toMatchObject({
      ...{ status: 'cancelled', result: 'Half of it', partial: true, shortage: null },
      error: { type: 'budget.exhausted' },
    });
  });

  it('ends it where the team says so, and its starter is told why', async () => {
    const team = makeTeam({
      root: { subAgents: ['worker'] },
      worker: { toolsets: [{ type: 'think' }], budget: { tokens: 18, onExhausted: 'stop' } },
    });
    const session = await offstage.open(team, {
      root: [{ say: 'It came to its end.' }],
      worker: [{ begin: 'Half of it', call: [{ name: 'think', arguments: { thought: 'on' } }] }],
    });
    await session.update('startTask', { id: 'one', agent: 'worker', task: 'Look' });
    await session.untilIdle(1);
    expect((await session.read()).view.tasks).toMatchObject([
      { status: 'cancelled', partial: true, error: { type: 'budget.exhausted' } },
    ]);
  });
});
