import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runChat } from '../../cli/chat.ts';
import { defer } from '../support/deferred.ts';
import { waitFor } from '../support/wait-for.ts';
import { SESSION, startFakeApi } from './fake-api.ts';
import type { FakeApi } from './fake-api.ts';
import { createTerminal } from './terminal.ts';

const TASK = 'agent_task_1a2b3c4d-0000-4000-8000-000000000000';
const CALLER = {
  id: TASK,
  agent: 'caller',
  title: 'Call Anna',
  status: 'running',
  depth: 1,
  starter: { session: SESSION },
};
const CALLS = { ...CALLER, progress: null, waitingFor: null, question: null, runtimeMs: 4000 };
const LIST = { status: 200, body: { data: [CALLS], nextCursor: null } };
const TASKS = `/v1/sessions/${SESSION}/tasks`;

let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi();
});
afterEach(() => api.stop());

function begin(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<0 | 1> {
  const { signal } = new AbortController();
  return runChat({ baseUrl: api.baseUrl, apiKey: null, session: SESSION, input, output, signal, retryMs: 5 });
}

const isCalled = (what: string) => waitFor(() => api.calls.some((call) => call.what === what));

describe('the lines of a chat', () => {
  it('of a pipe are taken in their order, each when the one before it is answered', async () => {
    const listed = defer();
    api.answers.set(`GET ${TASKS}`, { ...LIST, after: listed.promise });
    const [input, output] = [new PassThrough(), new PassThrough()];
    const end = begin(input, output);
    input.write('/tasks\none\n/nonsense\ntwo\n/quit\nthree\n');
    await isCalled(`GET ${TASKS}`);
    listed.resolve();
    expect(await end).toBe(0);
    const said = api.calls.filter(({ what }) => what === `POST /v1/sessions/${SESSION}/messages`);
    expect(said.map(({ body }) => body)).toEqual([{ text: 'one' }, { text: 'two' }]);
    const text = (output.read() as Buffer).toString();
    expect(text).toMatch(/1a2b3c4d {2}running {2}4 s[^]*no command \/nonsense[^]*To come back/);
  });

  it('of a person do not wait for the receipt of a stop, and leaving waits for nothing', async () => {
    const quiet = defer();
    api.answers.set(`GET ${TASKS}`, LIST);
    const receipt = { status: 200, body: { changed: true, tasks: [] }, after: quiet.promise };
    api.answers.set(`POST ${TASKS}/${TASK}/stop`, receipt);
    const terminal = createTerminal(80);
    const end = begin(terminal.input, terminal.output);
    await waitFor(() => terminal.read().includes('›'));
    terminal.input.write('/stop 1a2b\r');
    await isCalled(`POST ${TASKS}/${TASK}/stop`);
    terminal.input.write('hello\r');
    await isCalled(`POST /v1/sessions/${SESSION}/messages`);
    terminal.input.write('/quit\r');
    expect(await end).toBe(0);
    quiet.resolve();
  });
});
