import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { extendedBudgetSchema, sessionSchema, taskSchema } from '../../protocol/schemas/resources.ts';
import { waitFor } from '../support/wait-for.ts';
import { startRealApi, textOf } from './real-api.ts';
import type { RealApi } from './real-api.ts';

let api: RealApi;
beforeAll(async () => {
  api = await startRealApi();
});
afterAll(() => api.close());

const LOOK = { call: [{ name: 'list_background_agents' }] };

const readTask = async (path: string) => taskSchema.parse((await api.send('GET', path)).body);
const readSession = async (path: string) => sessionSchema.parse((await api.send('GET', path)).body);

const BY_PERSON = { by: 'development', at: expect.any(String) };

async function assertListed(task: string): Promise<void> {
  const list = async () => (await api.send('GET', '/v1/tasks?status=waiting_input')).body.data;
  await waitFor(async () => (await list()).length === 1);
  expect(await list()).toMatchObject([{ id: task, waitingFor: 'budget' }]);
}

async function extendOnce(path: string, task: string): Promise<void> {
  for (const wrong of [{}, { tokens: -1 }, { dollars: 5 }]) {
    expect((await api.send('POST', `${path}/budget`, wrong)).status).toBe(422);
  }
  const key = { 'idempotency-key': 'more' };
  const extended = await api.send('POST', `${path}/budget`, { tokens: 50_000 }, key);
  expect([extended.status, extendedBudgetSchema.parse(extended.body)]).toMatchObject([
    200,
    { scope: 'tree', tokens: { used: 15, limit: 50_000 }, tasks: [task] },
  ]);
  expect((await api.send('POST', `${path}/budget`, { tokens: 50_000 }, key)).body).toEqual(extended.body);
}

describe('a budget over HTTP', () => {
  it('stops what it cannot pay, is shown with what was used, and is extended by a person', async () => {
    const limits = { budget: { tokens: 15 } };
    const session = await api.open(
      { researcher: [LOOK, { say: 'At nine.' }], root: [{ say: 'They open at nine.' }] },
      {},
      limits,
    );
    const body = { agent: 'researcher', task: 'When do they open?' };
    const path = `${session}/tasks/${(await api.send('POST', `${session}/tasks`, body)).body.id}`;
    await waitFor(async () => (await readTask(path)).waitingFor === 'budget');
    const waiting = await readTask(path);
    expect(waiting).toMatchObject({
      status: 'waiting_input',
      shortage: { scope: 'tree', unit: 'tokens', used: 15, limit: 15 },
      usage: { inputTokens: 10, modelCalls: 1 },
    });
    await assertListed(waiting.id);
    await waitFor(async () => (await api.readEvents(session)).some(({ type }) => type === 'turn.finished'));
    const messages = await api.send('GET', `${session}/messages`);
    expect(messages.body.data.map(textOf).at(-1)).toMatch(
      /the budget does not allow another step \(15 tokens of the 15 tokens/,
    );
    expect(await readSession(session)).toMatchObject({
      usage: { modelCalls: 0 },
      treeUsage: { inputTokens: 10, outputTokens: 5, costUsd: null, modelCalls: 1 },
      budget: { tokens: { used: 15, limit: 15 }, costUsd: { used: 0, limit: null } },
    });

    await extendOnce(path, waiting.id);
    await waitFor(async () => (await readTask(path)).notice.state === 'spoken');
    expect(await readTask(path)).toMatchObject({
      waitingFor: null,
      result: 'At nine.',
      usage: { modelCalls: 2 },
    });
    expect(await readSession(session)).toMatchObject({
      usage: { modelCalls: 1 },
      treeUsage: { modelCalls: 3 },
      budget: { tokens: { used: 45, limit: 50_000 } },
    });
    const events = (await api.readEvents(session)).filter(({ type }) => type.startsWith('budget.'));
    expect(events).toMatchObject([
      { type: 'budget.exhausted', task: waiting.id, asks: true, scope: 'tree', unit: 'tokens', used: 15 },
      { type: 'budget.exhausted', task: null, asks: false },
      { type: 'budget.extended', task: null, ...BY_PERSON, tokens: 50_000, costUsd: null },
    ]);
    const late = await api.send('POST', `${path}/budget`, { tokens: 60_000 });
    expect([late.status, late.body.type]).toEqual([409, 'urn:offstage:problem:task-finished']);
    const more = await api.send('POST', `${session}/budget`, { seconds: 90 });
    expect(more.body).toMatchObject({ tokens: { limit: 50_000 }, seconds: { limit: 90 }, tasks: [] });
    expect((await readSession(session)).budget?.extensions).toEqual([
      { ...BY_PERSON, tokens: 50_000, costUsd: null, seconds: null },
      { ...BY_PERSON, tokens: null, costUsd: null, seconds: 90 },
    ]);
  });

  it('that nobody set cannot be extended, and one of 0 refuses the start with words', async () => {
    const without = await api.send('POST', `${await api.open({})}/budget`, { tokens: 5 });
    expect([without.status, without.body.type]).toEqual([409, 'urn:offstage:problem:no-budget']);
    const session = await api.open({}, {}, { budget: { tokens: 0 } });
    const refused = await api.send('POST', `${session}/tasks`, { agent: 'researcher', task: 'Look.' });
    expect([refused.status, refused.body.detail]).toEqual([
      422,
      'the budget of this conversation allows none: its limit of tokens is 0',
    ]);
  });
});
