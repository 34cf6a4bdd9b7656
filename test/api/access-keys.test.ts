import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALL_ROUTES } from '../../api/all-routes.ts';
import { toLiveTopic } from '../../bus/bus.ts';
import { readKeyFile, removeKey } from '../../config/keys/key-file.ts';
import { openKeyRing } from '../../config/keys/key-ring.ts';
import type { KeyRing } from '../../config/keys/key-ring.ts';
import { giveKey } from '../support/access-keys.ts';
import { waitFor } from '../support/wait-for.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { openStream } from './read-stream.ts';
import { startFakeApi } from './test-api.ts';
import type { Reply, TestApi } from './test-api.ts';

let folder: string;
let file: string;
let keys: KeyRing;
let api: TestApi<FakeGateway>;
/** Headers that carry the key of each. `mallory` is an admin, of another workspace. */
const as: Record<string, Record<string, string>> = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offstage-api-keys-'));
  file = join(folder, 'keys.yaml');
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  as['ada'] = bearer(giveKey(file, 'ada'));
  as['ben'] = bearer(giveKey(file, 'ben'));
  as['root'] = bearer(giveKey(file, 'root', { role: 'admin' }));
  as['mallory'] = bearer(giveKey(file, 'ada', { workspace: 'elsewhere', role: 'admin' }));
  keys = openKeyRing({ file, onError: () => undefined });
  api = await startFakeApi(null, keys);
});
afterAll(async () => {
  keys.close();
  await api.close();
  await rm(folder, { recursive: true });
});

const send = (who: string, method: string, path: string, body?: unknown, headers = {}): Promise<Reply> =>
  api.send(method, path, body, { ...as[who], ...headers });

async function open(who: string, headers = {}): Promise<string> {
  const reply = await send(who, 'POST', '/v1/sessions', { team: 'assistant' }, headers);
  if (reply.status !== 201) throw new Error(reply.text);
  return String(reply.body.id);
}

async function openTask(session: string, task: string): Promise<void> {
  await api.store.tasks.open({
    ...{ workspace: 'default', session, task, starter: { task: null } },
    ...{ agent: 'researcher', title: 'Look', depth: 1, text: 'Look.', expectedOutput: null },
    ...{ attachments: [], context: 'none' as const, variables: {}, queuedAt: 1 },
  });
}

async function upload(who: string): Promise<string> {
  const form =
    '--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\ncontent-type: text/plain\r\n\r\nhello\r\n--x--\r\n';
  const type = { 'content-type': 'multipart/form-data; boundary=x' };
  return String((await send(who, 'POST', '/v1/files', form, type)).body.id);
}

const ABSENT_TASK = `agent_task_${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`;

function toPath(path: string, { session, task = ABSENT_TASK }: { session: string; task?: string }): string {
  return path.replace('{session}', session).replace('{task}', task);
}

/** What a route wants in its body, so that nothing but the id is wrong. */
function bodyOf(path: string): unknown {
  if (path.endsWith('/messages')) return { text: 'hello' };
  if (path.endsWith('/budget')) return { tokens: 5 };
  return path.endsWith('/tasks') ? { agent: 'researcher', task: 'look' } : {};
}

/** Everything that tells one answer from another, but for the id that was asked for, and what each answer has anew. */
function bytesOf({ status, headers, text }: Reply, id: string): unknown {
  const ownOfEach = { date: '', 'x-request-id': '' };
  return { status, headers: { ...headers, ...ownOfEach }, text: text.replaceAll(id, 'ID') };
}

describe('with access keys', () => {
  it.each([
    ['no key', {}],
    ['an unknown key', { authorization: `Bearer offstage_${'a'.repeat(43)}` }],
    ['another scheme', { authorization: 'Basic YWRhOmtleQ==' }],
    ['an empty key', { authorization: 'Bearer ' }],
    ['two keys', { authorization: 'Bearer a b' }],
  ])('a request with %s is refused, its body unread', async (_what, headers: Record<string, string>) => {
    const before = api.gateway.started.length;
    const reply = await api.send('POST', '/v1/sessions', '{"not JSON', headers);
    expect([reply.status, reply.body.type]).toEqual([401, 'urn:offstage:problem:unauthenticated']);
    expect(reply.headers['www-authenticate']).toBe('Bearer realm="offstage"');
    expect(reply.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(reply.text).not.toContain('aaaa');
    expect(api.gateway.started.length).toBe(before);
  });

  it('the hash in the file opens nothing', async () => {
    for (const { hash } of readKeyFile(file)) {
      for (const guess of [hash, hash.slice('sha256:'.length)]) {
        const reply = await api.send('GET', '/v1/sessions', undefined, { authorization: `Bearer ${guess}` });
        expect(reply.status).toBe(401);
      }
    }
  });

  it('every route of /v1 wants one; the documentation and the health checks do not', async () => {
    const { paths } = (await api.send('GET', '/openapi.json')).body as { paths: Record<string, object> };
    const guarded = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [method, path] as const),
    );
    for (const [method, path] of guarded) {
      if (!path.startsWith('/v1/')) continue;
      const reply = await api.send(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x'));
      expect([method, path, reply.status]).toEqual([method, path, 401]);
    }
    for (const path of ['/docs', '/openapi.json', '/healthz', '/readyz']) {
      expect((await api.send('GET', path)).status).toBe(200);
    }
  });

  it('any name of the host will do, since a web page has no key', async () => {
    const reply = await send('ada', 'GET', '/v1/sessions', undefined, { host: 'agents.example.org' });
    expect(reply.status).toBe(200);
  });

  it('the session of another principal or workspace is answered like one that does not exist, by every route', async () => {
    const session = await open('ada');
    const absent = `ses_${'0'.repeat(28)}`;
    const ofSessions = ALL_ROUTES.filter(({ path }) => path.startsWith('/v1/sessions/{session}'));
    for (const { method, path } of ofSessions) {
      const ask = (who: string, id: string) =>
        send(who, method.toUpperCase(), toPath(path, { session: id }), bodyOf(path));
      for (const who of ['ben', 'mallory']) {
        const theirs = await ask(who, session);
        expect([method, path, theirs.status]).toEqual([method, path, 404]);
        expect(bytesOf(theirs, session)).toEqual(bytesOf(await ask(who, absent), absent));
      }
    }
    for (const who of ['ada', 'root']) {
      expect((await send(who, 'GET', `/v1/sessions/${session}`)).body).toMatchObject({ id: session });
    }
  });

  it('lists have what one may see: the own, and for an admin those of the workspace', async () => {
    const [ofAda, ofBen, ofMallory] = [await open('ada'), await open('ben'), await open('mallory')];
    await openTask(ofAda, 'agent_task_1');
    const idsOf = async (who: string, path: string): Promise<string[]> =>
      (await send(who, 'GET', path)).body.data.map(({ id }: { id: string }) => id);
    const mine = await idsOf('ada', '/v1/sessions');
    expect(mine).toContain(ofAda);
    expect(mine).not.toContain(ofBen);
    expect(await idsOf('mallory', '/v1/sessions')).toEqual([ofMallory]);
    expect(await idsOf('root', '/v1/sessions')).toEqual(expect.arrayContaining([ofAda, ofBen]));
    expect(await idsOf('root', '/v1/sessions')).not.toContain(ofMallory);
    expect(await idsOf('ada', '/v1/tasks')).toEqual(['agent_task_1']);
    expect(await idsOf('root', '/v1/tasks')).toEqual(['agent_task_1']);
    expect(await idsOf('ben', '/v1/tasks')).toEqual([]);
    expect(await idsOf('mallory', '/v1/tasks')).toEqual([]);
  });

  it('a task of another session is answered like one that does not exist, by every route', async () => {
    const [session, other] = [await open('ada'), await open('ada')];
    const task = `agent_task_${'1'.repeat(8)}-1111-4111-8111-${'1'.repeat(12)}`;
    await openTask(other, task);
    expect((await send('ada', 'GET', `/v1/sessions/${other}/tasks/${task}`)).status).toBe(200);
    const ofTasks = ALL_ROUTES.filter(({ path }) => path.includes('{task}'));
    expect(ofTasks.length).toBeGreaterThan(5);
    for (const { method, path } of ofTasks) {
      const ask = (id: string) =>
        send('ada', method.toUpperCase(), toPath(path, { session, task: id }), bodyOf(path));
      const theirs = await ask(task);
      expect([method, path, theirs.status]).toEqual([method, path, 404]);
      expect(bytesOf(theirs, task)).toEqual(bytesOf(await ask(ABSENT_TASK), ABSENT_TASK));
    }
  });

  it('the workspace of the key is in the ids of what it opens', async () => {
    const session = await open('mallory');
    expect(api.gateway.started.at(-1)).toMatchObject({ workspace: 'elsewhere', session });
    expect((await send('mallory', 'GET', `/v1/sessions/${session}`)).body.workspace).toBe('elsewhere');
  });

  it('a file is read and used by who uploaded it, and then by who has the session', async () => {
    const id = await upload('ada');
    const absent = `file_${'0'.repeat(28)}`;
    for (const who of ['ben', 'mallory']) {
      const theirs = await send(who, 'GET', `/v1/files/${id}`);
      expect(bytesOf(theirs, id)).toEqual(bytesOf(await send(who, 'GET', `/v1/files/${absent}`), absent));
      const content = [{ type: 'document', fileId: id }];
      const used = await send(who, 'POST', `/v1/sessions/${await open(who)}/messages`, { content });
      expect([used.status, used.body.type]).toEqual([422, 'urn:offstage:problem:unknown-file']);
      const task = { agent: 'researcher', task: 'look', attachments: [id] };
      expect((await send(who, 'POST', `/v1/sessions/${await open(who)}/tasks`, task)).status).toBe(422);
    }
    expect((await send('ada', 'GET', `/v1/files/${id}`)).text).toBe('hello');

    const ofRoot = await upload('root');
    expect((await send('ada', 'GET', `/v1/files/${ofRoot}`)).status).toBe(404);
    const message = { content: [{ type: 'document', fileId: ofRoot }] };
    const session = `/v1/sessions/${await open('ada')}`;
    expect((await send('root', 'POST', `${session}/messages`, message)).status).toBe(202);
    expect((await send('ada', 'GET', `/v1/files/${ofRoot}`)).status).toBe(200);
  });

  it('an Idempotency-Key belongs to the principal', async () => {
    const key = { 'idempotency-key': 'one' };
    const first = await open('ada', key);
    expect(await open('ada', key)).toBe(first);
    expect(await open('ben', key)).not.toBe(first);
    expect(await open('mallory', key)).not.toBe(first);
    const path = `/v1/sessions/${first}/messages`;
    const mine = await send('ada', 'POST', path, { text: 'hello' }, key);
    expect((await send('ada', 'POST', path, { text: 'hello' }, key)).body).toEqual(mine.body);
    const other = await send('root', 'POST', path, { text: 'something else' }, key);
    expect(other.status).toBe(202);
    expect(other.body.message).not.toBe(mine.body.message);
  });

  it('a key that is revoked opens nothing any more, and its open streams end', async () => {
    const key = giveKey(file, 'eve');
    as['eve'] = { authorization: `Bearer ${key}` };
    await waitFor(() => keys.find(key));
    const session = await open('eve');
    const url = `${api.url}/v1/sessions/${session}/events`;
    const mine = await openStream(url, as['eve']);
    const admins = await openStream(url, as['root']);
    await Promise.all([mine.until(1), admins.until(1)]);
    removeKey(
      file,
      readKeyFile(file).findIndex(({ principal }) => principal === 'eve'),
    );
    await expect(mine.ended).rejects.toThrow();
    expect((await send('eve', 'GET', '/v1/sessions')).status).toBe(401);
    const conversation = { workspace: 'default', session, task: null };
    const event = { type: 'notice', code: 'test', text: 'still here' } as const;
    const { offset } = api.gateway.record(conversation, event);
    api.bus.publish(toLiveTopic(conversation), { type: 'poke', offset });
    await admins.until(2);
    admins.leave();
    expect(await readFile(file, 'utf8')).not.toContain(key);
  });
});
