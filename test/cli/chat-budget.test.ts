import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createChatApi } from '../../cli/chat-api.ts';
import { runChatCommand } from '../../cli/chat-commands.ts';
import { SESSION, startFakeApi } from './fake-api.ts';
import type { FakeApi } from './fake-api.ts';

const TASK = 'agent_task_1a2b3c4d-0000-4000-8000-000000000000';
const STARTER = { starter: { session: SESSION } };
const SHORTAGE = { scope: 'task', unit: 'tokens', used: 98, limit: 100 };
const WAITING = {
  ...{ id: TASK, agent: 'caller', title: 'Call Anna', status: 'waiting_input', depth: 1, runtimeMs: 4000 },
  ...STARTER,
  ...{ progress: null, waitingFor: 'budget', question: null, shortage: SHORTAGE },
};
const USAGE = { modelCalls: 3, inputTokens: 90, outputTokens: 8, costUsd: 0.01234 };
const NONE = { used: 0, limit: null };
const SET_BY_ANN = { by: 'ann', at: '2026-01-01T00:00:00.000Z', tokens: 100, costUsd: null, seconds: null };
const BUDGET = {
  tokens: { used: 98, limit: 100 },
  costUsd: NONE,
  seconds: { used: 1.23456, limit: 60 },
  extensions: [SET_BY_ANN],
};
const AS_WORDS =
  'Budget, tokens: 98 of 100 used\nBudget, seconds: 1.2346 of 60 used\n  set to tokens=100 by ann at 2026-01-01T00:00:00.000Z';

let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi();
});
afterEach(() => api.stop());

function run(line: string): Promise<string> {
  const chatApi = createChatApi({ baseUrl: api.baseUrl, apiKey: null }, new AbortController().signal);
  const data = { data: [WAITING], nextCursor: null };
  api.answers.set(`GET /v1/sessions/${SESSION}/tasks`, { status: 200, body: data });
  return runChatCommand(line, { api: chatApi, session: SESSION, leave: () => undefined });
}

describe('the commands of a chat for budgets', () => {
  it('show what the session with all its tasks has used, and who set which limits', async () => {
    Object.assign(api.session, { treeUsage: USAGE, budget: BUDGET });
    const used = 'Used: 3 model calls, 90 tokens in, 8 out, 0.0123 US dollars';
    expect(await run('/budget')).toBe(`${used}\n${AS_WORDS}`);
    Object.assign(api.session, { treeUsage: { ...USAGE, costUsd: null }, budget: null });
    expect(await run('/budget')).toBe('Used: 3 model calls, 90 tokens in, 8 out, cost not known');
  });

  it('show which budget a task waits for, and what it has used', async () => {
    expect(await run('/tasks')).toBe(
      '1a2b3c4d  waiting_input  4 s  caller: Call Anna · waiting for a larger budget: 98 tokens of the 100 tokens of this task',
    );
    const task = { ...WAITING, error: null, files: [], result: null, output: 'It rings.' };
    const whole = { ...task, usage: USAGE, budget: BUDGET };
    api.answers.set(`GET /v1/sessions/${SESSION}/tasks/${TASK}`, { status: 200, body: whole });
    expect(await run('/view 1a2b')).toMatch(
      /It waits for a larger budget: it has used 98 tokens[^]*Used: 3 model calls[^]*98 of 100 used[^]*It rings\.$/,
    );
  });

  it.each([
    [
      '/extend 1a2b tokens=900 cost_usd=0.5',
      `tasks/${TASK}/budget`,
      { tokens: 900, costUsd: 0.5 },
      'It goes on.',
    ],
    ['/budget seconds=90', 'budget', { seconds: 90 }, 'Tasks that go on: 1a2b3c4d'],
  ])('%s sets new limits', async (line, path, limits, told) => {
    const extended = { scope: 'task', ...BUDGET, tasks: [TASK] };
    api.answers.set(`POST /v1/sessions/${SESSION}/${path}`, { status: 200, body: extended });
    expect(await run(line)).toBe(`${AS_WORDS}\n${told}`);
    expect(api.calls.at(-1)?.body).toEqual(limits);
  });

  it.each([
    ['/budget euros=5', '/budget: euros=5 is not one of tokens=N cost_usd=N seconds=N.'],
    ['/budget tokens=many', '/budget: tokens=many is not one of tokens=N cost_usd=N seconds=N.'],
    ['/extend 1a2b', '/extend ID: give at least one of tokens=N cost_usd=N seconds=N: the new limit.'],
  ])('%s is refused with words', async (line, words) => {
    expect(await run(line)).toBe(words);
  });
});
