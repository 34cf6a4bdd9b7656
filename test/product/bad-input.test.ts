import { connect } from 'node:net';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { problemSchema } from '../../protocol/schemas/resources.ts';
import { deskTeam } from '../support/desk-team.ts';
import { createProductClient } from '../support/product-client.ts';
import type { Answer, Json, ProductClient } from '../support/product-client.ts';
import { makeProductFolder, PRODUCT_TIMEOUT_MS } from '../support/product.ts';
import type { Product, ProductFolder } from '../support/product.ts';

let folder: ProductFolder;
let product: Product;
let client: ProductClient;
let session: string;

beforeAll(async () => {
  const tenMistakes = await readFile('test/config/fixtures/ten-mistakes.yaml', 'utf8');
  const webTeam = deskTeam.replaceAll('background_agents', 'background_agents\n      - type: telepathy');
  folder = await makeProductFolder({ files: { desk: deskTeam, broken: tenMistakes, strange: webTeam } });
  product = await folder.start();
  client = createProductClient(product.url);
  session = (await client.open({ team: 'desk' })).id;
}, PRODUCT_TIMEOUT_MS);
afterAll(() => folder.remove(), PRODUCT_TIMEOUT_MS);

/** Everything that a refused request must leave as it was. */
async function readState(): Promise<Json> {
  const read = async (path: string) => (await client.request('GET', path)).body;
  return {
    sessions: await read('/v1/sessions?limit=200'),
    tasks: await read('/v1/tasks?limit=200'),
    messages: await read(`/v1/sessions/${session}/messages`),
    feed: await client.readFeed(session),
  };
}

function expectProblem(answer: Answer, status: number, name: string): void {
  expect(problemSchema.safeParse(answer.body).success ? answer.body : answer).toMatchObject({
    ...{ status, type: `urn:offstage:problem:${name}` },
  });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\bat \w+ \(|\.ts:\d/);
}

const SESSION = 'ses_01a1fd825647dd08bba3d29748b9';
const TASK = 'agent_task_80de1c2b-0daf-4b4a-b355-71ab563c34e0';
const FILE = 'file_01a1fd82702372027ef142d14e73';
const hello = { text: 'Hello' };
const work = { agent: 'researcher', task: 'Research the tides' };

/** `$` stands for the session that there is. */
const refused: [what: string, request: string, body: unknown, status: number, problem: string][] = [
  ['an unknown team', 'POST /sessions', { team: 'desc' }, 422, 'unknown-team'],
  ['a team with mistakes', 'POST /sessions', { team: 'broken' }, 422, 'invalid-team'],
  ['an unknown agent', 'POST /sessions', { team: 'desk', agent: 'gardener' }, 422, 'unknown-agent'],
  ['an unknown session', `POST /sessions/${SESSION}/messages`, hello, 404, 'not-found'],
  ['what is no id of a session', 'GET /sessions/..%2F..%2Fetc', undefined, 404, 'not-found'],
  ['an unknown task', `GET /sessions/$/tasks/${TASK}`, undefined, 404, 'not-found'],
  ['a stop of an unknown task', `POST /sessions/$/tasks/${TASK}/stop`, {}, 404, 'not-found'],
  ['an agent that may not start', 'POST /sessions/$/tasks', { ...work, agent: 'x' }, 422, 'task-refused'],
  ['a task without words', 'POST /sessions/$/tasks', { ...work, task: '' }, 422, 'invalid-request'],
  ['an unknown attachment', 'POST /sessions/$/tasks', { ...work, attachments: [FILE] }, 422, 'unknown-file'],
  ['malformed JSON', 'POST /sessions', '{"team": "desk",', 400, 'malformed-json'],
  ['no JSON at all', 'POST /sessions/$/messages', 'Hello', 400, 'malformed-json'],
  ['a body that is an array', 'POST /sessions/$/messages', [hello], 422, 'invalid-request'],
  ['a wrong type', 'POST /sessions/$/messages', { text: 42 }, 422, 'invalid-request'],
  ['an unknown field', 'POST /sessions/$/messages', { ...hello, urgent: true }, 422, 'invalid-request'],
  ['no content', 'POST /sessions/$/messages', {}, 422, 'invalid-request'],
  ['a wrong delivery', 'POST /sessions/$/messages', { ...hello, delivery: 'now' }, 422, 'invalid-request'],
  [
    ...(['an unknown file', 'POST /sessions/$/messages'] as const),
    ...([{ content: [{ type: 'image', fileId: FILE }] }, 422, 'unknown-file'] as const),
  ],
  [
    ...(['a URL that is none', 'POST /sessions/$/messages'] as const),
    ...([{ content: [{ type: 'image', url: 'file:///etc/passwd' }] }, 422, 'invalid-request'] as const),
  ],
  ['a message of 70 KB', 'POST /sessions/$/messages', { text: 'a'.repeat(70_000) }, 413, 'message-too-large'],
  ['a message of 20 MB', 'POST /sessions/$/messages', { text: 'a'.repeat(20e6) }, 413, 'body-too-large'],
  ['a wrong query', 'GET /sessions?limit=many', undefined, 422, 'invalid-request'],
  ['an unknown filter', 'GET /sessions?colour=red', undefined, 422, 'invalid-request'],
  ['a cursor of one’s own', 'GET /sessions?cursor=abc', undefined, 422, 'invalid-request'],
  ['a wrong offset', 'GET /sessions/$/events?from=0', undefined, 422, 'invalid-request'],
  ['an unknown route', 'GET /conversations', undefined, 404, 'not-found'],
  ['a wrong method', 'DELETE /sessions', undefined, 405, 'method-not-allowed'],
];

describe('bad input', () => {
  it('is answered by a problem that says what is wrong, and changes nothing', async () => {
    const before = await readState();
    for (const [what, request, body, status, problem] of refused) {
      const [method = '', path = ''] = request.split(' ');
      const headers: Record<string, string> =
        typeof body === 'string' ? { 'content-type': 'application/json' } : {};
      const answer = await client.request(method, `/v1${path.replace('$', session)}`, body, headers);
      expect({ what, body: answer.body }).toMatchObject({ what, body: { status } });
      expectProblem(answer, status, problem);
    }
    expect(await readState()).toEqual(before);
  });

  it('names the field, and what would be right', async () => {
    const answer = await client.request('POST', '/v1/sessions', { team: 'desk', mesage: 'Hello', user: 7 });
    expect(answer.body.errors).toEqual([
      { path: 'user', message: expect.stringContaining('string') },
      { path: '', message: expect.stringContaining('mesage (did you mean message?)') },
    ]);
    const team = await client.request('POST', '/v1/sessions', { team: 'desc' });
    expect(team.body.detail).toContain('desk');
  });

  it('refuses what a web page of another origin sends, whatever it is', async () => {
    const before = await readState();
    const page = { Origin: 'https://evil.example', 'Content-Type': 'text/plain' };
    const sent = await client.request('POST', '/v1/sessions', '{"team":"desk"}', page);
    expectProblem(sent, 403, 'foreign-origin');
    expect(sent.headers.get('access-control-allow-origin')).toBeNull();
    // fetch sets the Host itself: a page that rebinds its name to this machine is played by a plain socket.
    const { hostname, port } = new URL(product.url);
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () =>
        socket.write('GET /v1/sessions HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'),
      );
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('end', () => resolve(text)).on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('urn:offstage:problem:foreign-host');
    expect(await readState()).toEqual(before);
  });

  it('keeps the first of two requests with one key', async () => {
    const key = { 'Idempotency-Key': 'one-key' };
    const path = `/v1/sessions/${session}/tasks`;
    const first = await client.request('POST', path, { ...work, notify: 'never' }, key);
    expectProblem(await client.request('POST', path, work, key), 422, 'idempotency-key-reused');
    expect((await client.request('POST', path, { ...work, notify: 'never' }, key)).body).toEqual(first.body);
    const { data } = (await client.request('GET', path)).body;
    expect(data.map((task: Json) => task.id)).toEqual([first.body.id]);
    const bad = { 'Idempotency-Key': 'a'.repeat(201) };
    expectProblem(await client.request('POST', path, work, bad), 400, 'malformed-request');
  });

  it('tells all mistakes of a team file with their places, and serves the other teams', async () => {
    const { body } = await client.request('GET', '/v1/teams/broken');
    expect(body).toMatchObject({ version: null, agents: [] });
    expect(body.errors.length).toBeGreaterThanOrEqual(10);
    for (const error of body.errors)
      expect(error).toEqual({
        ...{ path: expect.any(String), message: expect.any(String) },
        ...{ line: expect.any(Number), column: expect.any(Number) },
      });
    const strange = (await client.request('GET', '/v1/teams/strange')).body;
    expect(strange.errors).toMatchObject([{ message: expect.stringContaining('telepathy') }, {}]);
    expect(product.output()).toMatch(/The team broken has \d+ errors/);
    const checked = await folder.run(['teams', 'check', 'teams/broken.yaml']);
    expect(checked.code).toBe(1);
    for (const error of body.errors) expect(checked.output).toContain(`:${error.line}:${error.column}`);
  });
});
