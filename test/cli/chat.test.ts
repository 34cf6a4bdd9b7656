import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runChat } from '../../cli/chat.ts';
import type { ChatOptions } from '../../cli/chat.ts';
import { waitFor } from '../support/wait-for.ts';
import { SESSION, startFakeApi } from './fake-api.ts';
import type { FakeApi } from './fake-api.ts';
import { committed, delta, queued, stepStarted, turnFinished, turnStarted } from './feed-events.ts';
import { createTerminal } from './terminal.ts';

const TASK = 'agent_task_1a2b3c4d-0000-4000-8000-000000000000';
const summary = {
  id: TASK,
  agent: 'caller',
  title: 'Call Anna',
  status: 'running',
  depth: 1,
  starter: { session: SESSION },
  progress: null,
  waitingFor: null,
  question: null,
  runtimeMs: 4000,
};

let api: FakeApi;
let ended: (() => Promise<unknown>) | null = null;
beforeEach(async () => {
  api = await startFakeApi();
});
afterEach(async () => {
  await ended?.();
  ended = null;
  await api.stop();
});

function begin(given: Partial<ChatOptions> = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  const leaving = new AbortController();
  let text = '';
  output.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const fixed = { baseUrl: api.baseUrl, apiKey: null, input, output, signal: leaving.signal, retryMs: 5 };
  const end = runChat({ ...fixed, team: 'research', ...given });
  ended = () => {
    leaving.abort();
    return end;
  };
  return { input, end, leave: () => leaving.abort(), read: () => text };
}

/** Until the chat has asked how far the session is: from here on it streams. */
const isConnected = () => waitFor(() => api.calls.some(({ what }) => what === `GET /v1/sessions/${SESSION}`));

describe('a chat over HTTP', () => {
  it('opens a session, sends what is typed with a key, and prints the reply as it streams', async () => {
    const chat = begin();
    await isConnected();
    chat.input.write('What is new?\n');
    const sent = await waitFor(() => api.calls.find(({ what }) => what.endsWith('/messages')));
    expect(sent).toMatchObject({ body: { text: 'What is new?' }, key: expect.any(String) });
    api.tell(queued(1, 'What is new?'), turnStarted(2), stepStarted(3), delta('Not '), delta('much.'));
    await waitFor(() => chat.read().includes('root: Not much.'));
    api.tell(committed(4, 'Not much.'), turnFinished(5));
    chat.leave();
    expect(await chat.end).toBe(0);
    expect(chat.read()).toBe(
      `Session ${SESSION}: team research, agent root. /help lists the commands.\n` +
        `root: Not much.\nThe session goes on. To come back: offstage chat --session ${SESSION}\n`,
    );
  });

  it('takes up a lost feed after the last event, without doubled or missing text', async () => {
    const chat = begin();
    await isConnected();
    api.tell(turnStarted(1), stepStarted(2), delta('One '), delta('two '));
    await waitFor(() => chat.read().includes('One two '));
    api.cut();
    await waitFor(() => api.connections.length === 2);
    await waitFor(() => chat.read().includes('connected again'));
    api.tell(delta('four '), committed(3, 'One two three four five.'), turnFinished(4));
    await waitFor(() => chat.read().includes('five.'));
    expect(api.connections).toEqual(['0', '2']);
    expect(chat.read().replace(/^Session.*\n/, '')).toBe(
      'root: One two \n· the connection is lost; trying again…\n· connected again\nthree four five.\n',
    );
  });

  it('goes on with a session, and shows its last events', async () => {
    api.tell(...Array.from({ length: 50 }, (_, index) => queued(index + 1, `message ${index + 1}`)));
    const chat = begin({ session: SESSION });
    await waitFor(() => chat.read().includes('message 50'));
    expect(api.connections).toEqual(['10']);
    expect(api.calls.some(({ what }) => what === 'POST /v1/sessions')).toBe(false);
  });

  it('lists, views and stops tasks by the beginning of their ids', async () => {
    const chat = begin();
    await isConnected();
    const list = { status: 200, body: { data: [summary], nextCursor: null } };
    api.answers.set(`GET /v1/sessions/${SESSION}/tasks`, list);
    chat.input.write('/tasks\n');
    await waitFor(() => chat.read().includes('1a2b3c4d  running  4 s  caller: Call Anna'));
    const task = { ...summary, error: null, files: [], result: null, output: 'It rings.' };
    api.answers.set(`GET /v1/sessions/${SESSION}/tasks`, list);
    api.answers.set(`GET /v1/sessions/${SESSION}/tasks/${TASK}`, { status: 200, body: task });
    chat.input.write('/view 1a2b\n');
    await waitFor(() => chat.read().includes('It rings.'));
    const receipt = {
      changed: true,
      tasks: [{ id: TASK, agent: 'caller', status: 'cancelled', partial: true }],
    };
    api.answers.set(`GET /v1/sessions/${SESSION}/tasks`, list);
    api.answers.set(`POST /v1/sessions/${SESSION}/tasks/${TASK}/stop`, { status: 200, body: receipt });
    chat.input.write('/stop 1a2b\n');
    await waitFor(() => chat.read().includes('1a2b3c4d  caller: cancelled, partial output kept'));
    chat.input.write('/nonsense\n');
    await waitFor(() => chat.read().includes('There is no command /nonsense.'));
    chat.input.write('/quit\n');
    expect(await chat.end).toBe(0);
  });

  it('shows what a task asks, and passes on the answer', async () => {
    const chat = begin();
    await isConnected();
    const waiting = { ...summary, status: 'waiting_input', waitingFor: 'answer', question: 'Which Anna?' };
    const list = { status: 200, body: { data: [waiting], nextCursor: null } };
    const tasks = `GET /v1/sessions/${SESSION}/tasks`;
    api.answers.set(tasks, list);
    chat.input.write('/tasks\n');
    await waitFor(() => chat.read().includes('Call Anna · waiting for an answer: Which Anna?'));
    api.answers.set(tasks, list);
    chat.input.write('/tell 1a2b The one in Graz\n');
    await waitFor(() => chat.read().includes('Answered: it goes on.'));
    expect(api.calls.at(-1)).toMatchObject({
      what: `POST /v1/sessions/${SESSION}/tasks/${TASK}/messages`,
      body: { text: 'The one in Graz' },
      key: expect.any(String),
    });
    api.answers.set(tasks, list);
    chat.input.write('/tell 1a2b\n');
    await waitFor(() => chat.read().includes('/tell ID TEXT: say what'));
  });

  it.each([
    [
      '/cut 1a2b Ask for Friday',
      'messages',
      { text: 'Ask for Friday', mode: 'interrupt' },
      'it goes on with that',
    ],
    ['/pause 1a2b', 'pause', {}, '1a2b3c4d  caller: paused'],
    ['/resume 1a2b', 'resume', {}, 'caller is running; nothing was changed'],
    ['/stop 1a2b wrap_up', 'stop', { mode: 'wrap_up' }, '1a2b3c4d  caller: completed, partial output kept'],
    ['/stop 1a2b later', null, null, '/stop ID: later is not one of now, wrap_up.'],
  ])('%s does what it says', async (line, route, body, told) => {
    const chat = begin();
    await isConnected();
    const answers: Record<string, unknown> = {
      messages: { id: 'msg_1', turn: 1, offset: 1 },
      pause: { id: TASK, status: 'paused', changed: true },
      resume: { id: TASK, status: 'running', changed: false },
      stop: {
        changed: true,
        tasks: [{ id: TASK, agent: 'caller', status: 'completed', partial: true }],
      },
    };
    const list = { status: 200, body: { data: [summary], nextCursor: null } };
    api.answers.set(`GET /v1/sessions/${SESSION}/tasks`, list);
    const what = `POST /v1/sessions/${SESSION}/tasks/${TASK}/${route}`;
    api.answers.set(what, { status: 200, body: answers[route ?? ''] });
    chat.input.write(`${line}\n`);
    await waitFor(() => chat.read().includes(told));
    expect(api.calls.filter((call) => call.what === what).map((call) => call.body)).toEqual(
      route === null ? [] : [body],
    );
  });

  it('closes the session with what was said of its tasks', async () => {
    const chat = begin();
    await isConnected();
    chat.input.write('/close maybe\n');
    await waitFor(() => chat.read().includes('/close: maybe is not one of stop, wrap_up, keep.'));
    const what = `POST /v1/sessions/${SESSION}/close`;
    api.answers.set(what, { status: 200, body: { status: 'closing', changed: true } });
    chat.input.write('/close keep\n');
    await waitFor(() => api.calls.some((call) => call.what === what));
    expect(api.calls.find((call) => call.what === what)?.body).toEqual({ tasks: 'keep' });
  });

  it('says what the API refuses, with the fields at fault, and goes on', async () => {
    const chat = begin();
    await isConnected();
    const errors = [{ path: 'text', message: 'is too long' }];
    const problem = { title: 'The request has mistakes', detail: 'Mend them.', status: 422, errors };
    api.answers.set(`POST /v1/sessions/${SESSION}/messages`, { status: 422, body: problem });
    chat.input.write('too long\n');
    await waitFor(() => chat.read().includes('The request has mistakes: Mend them.\n  text: is too long\n'));
    chat.input.write('short\n');
    await waitFor(() => api.calls.some(({ body }) => (body as { text?: string } | null)?.text === 'short'));
  });

  it('sends a message again with the same key when nobody could take it', async () => {
    const chat = begin();
    await isConnected();
    const problem = { title: 'A part of Offstage is away', detail: 'Try again.', status: 503, errors: [] };
    api.answers.set(`POST /v1/sessions/${SESSION}/messages`, { status: 503, body: problem });
    chat.input.write('hello\n');
    await waitFor(() => api.calls.filter(({ what }) => what.endsWith('/messages')).length === 2);
    const [first, second] = api.calls.filter(({ what }) => what.endsWith('/messages'));
    expect(second).toEqual(first);
  });

  it('interrupts a running turn at the first Ctrl-C and leaves at the second', async () => {
    const terminal = createTerminal(80);
    const chat = begin({ input: terminal.input, output: terminal.output });
    await isConnected();
    api.tell(turnStarted(1));
    api.tell(stepStarted(2), delta('Long'));
    await waitFor(() => terminal.read().includes('root: Long'));
    terminal.input.write('\u0003');
    await waitFor(() => api.calls.some(({ what }) => what.endsWith('/interrupt')));
    terminal.input.write('\u0003');
    expect(await chat.end).toBe(0);
    expect(terminal.read().join('\n')).toContain(`offstage chat --session ${SESSION}`);
  });

  it('leaves at the end of a pipe when all is told, the ends of tasks too', async () => {
    const running = { ...summary, endedAt: null, notice: { state: 'none' } };
    api.session['tasks'] = [running];
    const chat = begin();
    await isConnected();
    chat.input.end('Call Anna\n');
    api.tell(queued(1, 'Call Anna'), turnStarted(2));
    await waitFor(() => api.calls.filter(({ what }) => what === `GET /v1/sessions/${SESSION}`).length > 2);
    const told = { ...running, endedAt: '2026-01-01T00:00:04.000Z', notice: { state: 'spoken' } };
    api.session['tasks'] = [told];
    api.tell(committed(3, 'She said yes.'), turnFinished(4));
    expect(await chat.end).toBe(0);
    expect(chat.read()).toContain('root: She said yes.');
  });

  it('ends when the session is closed', async () => {
    const chat = begin();
    await isConnected();
    api.tell({ type: 'session.closed', offset: 1, at: '', reason: 'done' });
    expect(await chat.end).toBe(0);
    expect(chat.read()).toContain('the session is closed: done');
    expect(chat.read()).not.toContain('To come back');
  });

  it('ends when the feed says that the session is over', async () => {
    api.answers.set(`GET /v1/sessions/${SESSION}/events`, { status: 204, body: null });
    expect(await begin({ session: SESSION }).end).toBe(0);
    expect(api.calls.filter(({ what }) => what.endsWith('/events'))).toHaveLength(1);
  });

  it('asks which team, and fails with words when the session does not exist', async () => {
    const teams = [{ name: 'one' }, { name: 'two' }];
    api.answers.set('GET /v1/teams', { status: 200, body: { data: teams, nextCursor: null } });
    const unnamed = begin({ team: undefined });
    expect(await unnamed.end).toBe(1);
    expect(unnamed.read()).toContain('there are one, two');
    const problem = { title: 'Not found', detail: 'session not found: ses_2', status: 404, errors: [] };
    api.answers.set('GET /v1/sessions/ses_2', { status: 404, body: problem });
    const unknown = begin({ session: 'ses_2' });
    expect(await unknown.end).toBe(1);
    expect(unknown.read()).toBe('Not found: session not found: ses_2\n');
  });

  it('says that nothing listens when nothing does', async () => {
    const other = await startFakeApi();
    await other.stop();
    const chat = begin({ baseUrl: other.baseUrl });
    expect(await chat.end).toBe(1);
    expect(chat.read()).toContain(`No answer from ${other.baseUrl}`);
  });
});
