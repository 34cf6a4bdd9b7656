/** Every POST at two APIs over one store: the same key and body have one effect and one answer. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ALL_ROUTES } from '../../api/all-routes.ts';
import type { Gateway } from '../../api/gateway/gateway.ts';
import type { Store } from '../../storage/store.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { startApi, startFakeApi } from './test-api.ts';
import type { Reply, TestApi } from './test-api.ts';

let left: TestApi<FakeGateway>;
let right: TestApi<FakeGateway>;
/** The path of a session, and of a task of it. */
let session: string;
let task: string;

beforeAll(async () => {
  left = await startFakeApi();
  right = await startApi(left);
  left.gateway.onTask = async ({ session: id }, { id: started = '' }) => openTask(id, started);
});
afterAll(async () => {
  await right.shutDown();
  await left.close();
});
beforeEach(async () => {
  left.gateway.unheard.clear();
  const { body } = await left.send('POST', '/v1/sessions', { team: 'assistant' });
  session = `/v1/sessions/${body.id}`;
  const id = `agent_task_${randomUUID()}`;
  await openTask(body.id, id);
  task = `${session}/tasks/${id}`;
});

async function openTask(id: string, started: string): Promise<void> {
  await left.store.tasks.open({
    ...{ workspace: 'default', session: id, task: started, starter: { task: null } },
    ...{ agent: 'researcher', title: 'Look', depth: 1, text: 'Look.', expectedOutput: null },
    ...{ attachments: [], context: 'none' as const, variables: {}, queuedAt: 1 },
  });
}

interface Case {
  path: () => string;
  body: unknown;
  /** Null where there is no other body that is valid. */
  other: unknown;
  headers?: Record<string, string>;
  /** What carries it out; null: the API itself, and the answer has the id of what was made, if anything. */
  command: keyof Gateway | null;
}

const toUpload = (text: string): string =>
  `--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n${text}\r\n--x--\r\n`;
const inSession = (path: string) => () => `${session}/${path}`;
const ofTask = (path: string) => () => `${task}/${path}`;

const CASES: Record<string, Case> = {
  '/v1/sessions': {
    path: () => '/v1/sessions',
    body: { team: 'assistant', message: 'Hello' },
    other: { team: 'assistant' },
    command: 'startSession',
  },
  '/v1/sessions/{session}/interrupt': {
    path: inSession('interrupt'),
    body: {},
    other: null,
    command: 'interrupt',
  },
  '/v1/sessions/{session}/close': {
    path: inSession('close'),
    body: {},
    other: { reason: 'other' },
    command: 'close',
  },
  '/v1/sessions/{session}/messages': {
    path: inSession('messages'),
    body: { text: 'Hello' },
    other: { text: 'Bye' },
    command: 'sendMessage',
  },
  '/v1/sessions/{session}/tasks': {
    path: inSession('tasks'),
    body: { agent: 'researcher', task: 'Look.' },
    other: { agent: 'researcher', task: 'Look again.' },
    command: 'startTask',
  },
  '/v1/sessions/{session}/tasks/{task}/messages': {
    path: ofTask('messages'),
    body: { text: 'Be brief.' },
    other: { text: 'Be long.' },
    command: 'steerTask',
  },
  '/v1/sessions/{session}/tasks/{task}/stop': {
    path: ofTask('stop'),
    body: {},
    other: { mode: 'wrap_up' },
    command: 'stopTask',
  },
  '/v1/sessions/{session}/tasks/{task}/pause': {
    path: ofTask('pause'),
    body: {},
    other: null,
    command: 'pauseTask',
  },
  '/v1/sessions/{session}/tasks/{task}/resume': {
    path: ofTask('resume'),
    body: {},
    other: null,
    command: 'resumeTask',
  },
  '/v1/sessions/{session}/budget': {
    path: inSession('budget'),
    body: { tokens: 2000 },
    other: { tokens: 3000 },
    command: 'extendBudget',
  },
  '/v1/sessions/{session}/tasks/{task}/budget': {
    path: ofTask('budget'),
    body: { tokens: 2000 },
    other: { tokens: 3000 },
    command: 'extendBudget',
  },
  '/v1/teams/validate': {
    path: () => '/v1/teams/validate',
    body: { yaml: 'agents: {}' },
    other: { yaml: 'agents: 1' },
    command: null,
  },
  '/v1/files': {
    path: () => '/v1/files',
    body: toUpload('one'),
    other: toUpload('two'),
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    command: null,
  },
};

const REUSED = 'urn:offstage:problem:idempotency-key-reused';
const names = Object.keys(CASES);
const caseOf = (name: string): Case => {
  const found = CASES[name];
  if (found === undefined) throw new Error(`no case for ${name}`);
  return found;
};
const post = (api: TestApi<Gateway>, { path, headers = {} }: Case, body: unknown, key: string) =>
  api.send('POST', path(), body, { ...headers, 'idempotency-key': key });
const answerOf = ({ status, body, headers }: Reply) => ({ status, body, location: headers.location });

/** How often a case was carried out while `act` ran. */
async function countEffects({ command }: Case, act: () => Promise<void>): Promise<number | null> {
  const before = command === null ? 0 : left.gateway.countEffects(command);
  await act();
  return command === null ? null : left.gateway.countEffects(command) - before;
}

/** The store, but for the next answer to a request: it goes away before that is kept. */
function loseOneAnswer({ requests }: Store): void {
  const { complete } = requests;
  requests.complete = () => {
    requests.complete = complete;
    return Promise.reject(new Error('the store is away'));
  };
}

describe('an Idempotency-Key', () => {
  it('is tried below on every POST that there is', () => {
    const posts = ALL_ROUTES.filter(({ method }) => method === 'post');
    expect(posts.map(({ path }) => path).toSorted()).toEqual(names.toSorted());
    for (const { path, headers = [], problems } of posts) {
      expect({ path, headers: headers.map(({ name }) => name) }).toEqual({
        path,
        headers: expect.arrayContaining(['Idempotency-Key']),
      });
      expect({ path, problems }).toEqual({
        path,
        problems: expect.arrayContaining(['idempotency-key-reused']),
      });
    }
  });

  it.each(names)('%s: the same request, there and here and after a restart, is one', async (name) => {
    const route = caseOf(name);
    const key = randomUUID();
    const effects = await countEffects(route, async () => {
      const first = await post(left, route, route.body, key);
      expect(first.status).toBeLessThan(300);
      expect(answerOf(await post(right, route, route.body, key))).toEqual(answerOf(first));
      const restarted = await startApi(left);
      expect(answerOf(await post(restarted, route, route.body, key))).toEqual(answerOf(first));
      await restarted.shutDown();
    });
    expect(effects ?? 1).toBe(1);
  });

  it.each(names)('%s: both at once are one', async (name) => {
    const route = caseOf(name);
    const key = randomUUID();
    const effects = await countEffects(route, async () => {
      const replies = await Promise.all(
        [left, right, left, right].map((api) => post(api, route, route.body, key)),
      );
      expect(new Set(replies.map((reply) => JSON.stringify(answerOf(reply)))).size).toBe(1);
      expect(replies[0]?.status).toBeLessThan(300);
    });
    expect(effects ?? 1).toBe(1);
  });

  it.each(names.filter((name) => caseOf(name).other !== null))(
    '%s: with another body it is refused, and nothing happens',
    async (name) => {
      const route = caseOf(name);
      const key = randomUUID();
      const effects = await countEffects(route, async () => {
        await post(left, route, route.body, key);
        const other = await post(right, route, route.other, key);
        expect([other.status, other.body.type]).toEqual([422, REUSED]);
      });
      expect(effects ?? 1).toBe(1);
    },
  );

  it.each(names.filter((name) => caseOf(name).command !== null))(
    '%s: after a 503 that came too late to stop it, a repeat finds what was done',
    async (name) => {
      const route = caseOf(name);
      const { command } = route;
      const key = randomUUID();
      const effects = await countEffects(route, async () => {
        if (command !== null) left.gateway.unheard.add(command);
        expect((await post(left, route, route.body, key)).status).toBe(503);
        left.gateway.unheard.clear();
        if (route.other !== null) expect((await post(right, route, route.other, key)).body.type).toBe(REUSED);
        const again = await post(right, route, route.body, key);
        expect(again.status).toBeLessThan(300);
        expect(answerOf(await post(left, route, route.body, key))).toEqual(answerOf(again));
      });
      expect(effects).toBe(1);
    },
  );

  it.each(names.filter((name) => !name.endsWith('/messages')))(
    '%s: an answer that could not be kept is given at the next try, at once and for what was done',
    async (name) => {
      const route = caseOf(name);
      const key = randomUUID();
      const effects = await countEffects(route, async () => {
        loseOneAnswer(left.store);
        expect((await post(left, route, route.body, key)).status).toBe(500);
        const again = await post(right, route, route.body, key);
        expect(again.status).toBeLessThan(300);
        expect(answerOf(await post(left, route, route.body, key))).toEqual(answerOf(again));
      });
      expect(effects ?? 1).toBe(1);
    },
  );

  it('is free again after a refusal, which changed nothing', async () => {
    const key = randomUUID();
    const open = (team: string) => post(left, { ...caseOf('/v1/sessions') }, { team }, key);
    expect((await open('nobody')).status).toBe(422);
    expect((await open('assistant')).status).toBe(201);
  });
});
