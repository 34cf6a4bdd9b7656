import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FakeGateway } from './fake-gateway.ts';
import { startFakeApi } from './test-api.ts';
import type { TestApi } from './test-api.ts';

let api: TestApi<FakeGateway>;
let session: string;
beforeAll(async () => {
  api = await startFakeApi();
  const { body } = await api.send('POST', '/v1/sessions', { team: 'assistant' });
  session = `/v1/sessions/${body.id}`;
});
afterAll(() => api.close());

const json = { 'content-type': 'application/json' };

describe('bad input', () => {
  it('gets problem+json that names each mistake and where it is', async () => {
    const reply = await api.send('POST', '/v1/sessions', {
      tem: 'assistant',
      user: 7,
      message: { content: [{ type: 'image', fileId: 'x' }, { type: 'txt' }], delivery: 'now' },
    });
    expect(reply.status).toBe(422);
    expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(reply.body).toMatchObject({
      type: 'urn:offstage:problem:invalid-request',
      title: 'The request has mistakes',
      status: 422,
      instance: '/v1/sessions',
    });
    const errors = reply.body.errors as { path: string; message: string }[];
    expect(errors.map(({ path, message }) => `${path}: ${message}`)).toEqual(
      expect.arrayContaining([
        'team: is missing',
        'user: must be a string or an object',
        expect.stringMatching(/^message.content\[0\].fileId: must be the id of an uploaded file/),
        'message.content[1].type: must be text, image or document (did you mean text?)',
        expect.stringMatching(/^message: has an unknown field: delivery; known are text, content$/),
        expect.stringMatching(/^: has an unknown field: tem \(did you mean team\?\)/),
      ]),
    );
  });

  it.each([
    ['malformed JSON', '{"team": ', json, 400, 'malformed-json'],
    ['a body that is no object', '"team"', json, 422, 'invalid-request'],
    ['another type', '<team/>', { 'content-type': 'application/xml' }, 415, 'unsupported-media-type'],
    ['no type', '{}', {}, 415, 'unsupported-media-type'],
    [
      'an unknown charset',
      '{}',
      { 'content-type': 'application/json; charset=x-y' },
      415,
      'unsupported-media-type',
    ],
    [
      'endless nesting',
      `{"team": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      json,
      400,
      'malformed-request',
    ],
    [
      '20 MB',
      JSON.stringify({ team: 'assistant', message: 'x'.repeat(20_000_000) }),
      json,
      413,
      'body-too-large',
    ],
    ['an unknown team', '{"team":"asistant"}', json, 422, 'unknown-team'],
    [
      'a team of its own that names an address for a model',
      JSON.stringify({
        team: {
          agents: { root: { model: 'm' } },
          models: { m: { provider: 'openai', model: 'x', base_url: 'http://x' } },
        },
      }),
      json,
      422,
      'invalid-team',
    ],
    ['a team with mistakes', '{"team":"broken"}', json, 422, 'invalid-team'],
    ['an unknown agent', '{"team":"assistant","agent":"rot"}', json, 422, 'unknown-agent'],
  ])('answers %s, and opens nothing', async (_name, body, headers, status, problem) => {
    const before = api.gateway.started.length;
    const reply = await api.send('POST', '/v1/sessions', body, headers);
    expect({ status: reply.status, type: reply.body.type }).toEqual({
      status,
      type: `urn:offstage:problem:${problem}`,
    });
    expect(reply.body.detail).not.toBe('');
    expect(reply.text).not.toMatch(/\.ts:|node_modules|at .*\(/);
    expect(api.gateway.started.length).toBe(before);
  });

  it('says which teams and agents there are, and which was meant', async () => {
    const team = await api.send('POST', '/v1/sessions', { team: 'asistant' });
    expect(team.body.detail).toBe(
      'team not found: asistant (did you mean assistant?); known are assistant, broken',
    );
    const agent = await api.send('POST', '/v1/sessions', { team: 'assistant', agent: 'researche' });
    expect(agent.body.detail).toContain('did you mean researcher?');
    expect(agent.body.errors).toEqual([{ path: 'agent', message: agent.body.detail }]);
  });

  it('tells to upload a message of more than 64 KiB', async () => {
    const reply = await api.send('POST', `${session}/messages`, { text: 'ä'.repeat(40_000) });
    expect(reply.status).toBe(413);
    expect(reply.body.type).toBe('urn:offstage:problem:message-too-large');
    expect(reply.body.detail).toContain('upload it as a file');
  });

  it('tells all mistakes of a team that comes along, with their places', async () => {
    const yaml = 'agents:\n  root:\n    modell: x\n    toolsets: [{type: nonsense}]\n';
    const reply = await api.send('POST', '/v1/sessions', { team: yaml });
    expect(reply.status).toBe(422);
    const errors = reply.body.errors as { path: string; message: string }[];
    expect(errors.length).toBeGreaterThan(1);
    expect(
      errors.every(({ path, message }) => path.startsWith('team') && /^line \d+, column/.test(message)),
    ).toBe(true);
  });

  it('is answered in the same words for every id that does not exist', async () => {
    for (const id of ['ses_0199f3c2a1b04fd2a3c1e5f70712', 'nonsense', '%00', 'ses_..']) {
      const reply = await api.send('GET', `/v1/sessions/${id}`);
      expect(reply.status).toBe(404);
      expect(reply.body.detail).toBe(`session not found: ${decodeURIComponent(id)}`);
    }
    const task = await api.send('GET', `${session}/tasks/agent_task_1`);
    expect(task.body.detail).toBe('task not found: agent_task_1');
    const file = await api.send('GET', '/v1/files/file_1');
    expect(file.body.detail).toBe('file not found: file_1');
  });

  it('gets 404 for unknown routes, 405 for other methods, 400 for a broken path', async () => {
    const route = await api.send('GET', '/v1/nothing');
    expect([route.status, route.body.detail]).toEqual([
      404,
      'There is no GET /v1/nothing; the routes are listed at /docs',
    ]);
    const method = await api.send('PUT', '/v1/sessions', {});
    expect([method.status, method.headers.allow]).toEqual([405, 'POST, GET, HEAD']);
    const path = await api.send('GET', '/v1/sessions/%E0%A4%A');
    expect([path.status, path.body.type]).toEqual([400, 'urn:offstage:problem:malformed-request']);
  });

  it.each([
    ['/v1/sessions?limt=3', 'has an unknown field: limt (did you mean limit?); known are status, agent'],
    ['/v1/sessions?limit=many', 'must be a number'],
    ['/v1/sessions?limit=0', 'must be at least 1'],
    ['/v1/sessions?status=open', 'must be opening, idle, busy, closing, closed or aborted'],
    ['/v1/sessions?cursor=nonsense', 'The cursor is not one that a list gave'],
  ])('in the query of %s is told', async (path, message) => {
    const reply = await api.send('GET', path);
    expect(reply.status).toBe(422);
    expect(reply.body.errors[0].message).toContain(message);
  });

  it('in headers is told', async () => {
    const key = await api.send('POST', '/v1/sessions', { team: 'assistant' }, { 'idempotency-key': 'ä' });
    expect([key.status, key.body.type]).toEqual([400, 'urn:offstage:problem:malformed-request']);
    const offset = await api.send('GET', `${session}/events`, undefined, { 'last-event-id': '-1' });
    expect(offset.status).toBe(400);
  });
});
