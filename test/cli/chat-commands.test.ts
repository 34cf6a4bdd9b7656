import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createChatApi } from '../../cli/chat-api.ts';
import { runChatCommand } from '../../cli/chat-commands.ts';
import { SESSION, startFakeApi } from './fake-api.ts';
import type { FakeApi } from './fake-api.ts';

let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi();
});
afterEach(() => api.stop());

const task = (name: string, depth: number, starter: Record<string, string> = { session: SESSION }) => ({
  ...{ id: `agent_task_${name}`, agent: 'worker', title: name, status: 'running', depth, starter },
  ...{ progress: null, waitingFor: null, question: null, shortage: null, runtimeMs: 4000 },
});

describe('/tasks', () => {
  it('lists each task below the one that started it', async () => {
    const below = (name: string) => ({ task: `agent_task_${name}` });
    const data = [
      task('a', 1),
      task('b', 1),
      task('b1', 2, below('b')),
      task('a1', 2, below('a')),
      task('a2', 2, below('a')),
      task('a11', 3, below('a1')),
      task('hook', 1, { hook: 'pre' }),
    ];
    api.answers.set(`GET /v1/sessions/${SESSION}/tasks`, { status: 200, body: { data, nextCursor: null } });
    const chatApi = createChatApi({ baseUrl: api.baseUrl, apiKey: null }, new AbortController().signal);
    const list = await runChatCommand('/tasks', { api: chatApi, session: SESSION, leave: () => undefined });
    expect(list.split('\n').map((line) => line.replace(/ {2}running.*/, ''))).toEqual([
      'a',
      '  a1',
      '    a11',
      '  a2',
      'b',
      '  b1',
      'hook',
    ]);
  });
});
