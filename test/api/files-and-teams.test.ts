import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fileSchema } from '../../protocol/schemas/resources.ts';
import { listedTeamSchema, teamSchema, teamValidationSchema } from '../../protocol/schemas/teams.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { startFakeApi } from './test-api.ts';
import type { Reply, TestApi } from './test-api.ts';

let api: TestApi<FakeGateway>;
beforeAll(async () => {
  api = await startFakeApi();
});
afterAll(() => api.close());

const MULTIPART = { 'content-type': 'multipart/form-data; boundary=edge' };

function upload(
  bytes: string | Buffer,
  { name = 'scan.png', type = 'image/png', field = 'file', headers = {} } = {},
): Promise<Reply> {
  const head = `--edge\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from('\r\n--edge--\r\n')]);
  return api.send('POST', '/v1/files', body, { ...MULTIPART, ...headers });
}

describe('a file', () => {
  it('is uploaded, and read as it was, never as a page', async () => {
    const reply = await upload('PNG bytes', { name: 'Röntgen (1).png' });
    expect(reply.status).toBe(201);
    const file = fileSchema.parse(reply.body);
    expect(file).toMatchObject({ mediaType: 'image/png', size: 9 });
    expect(reply.headers.location).toBe(`/v1/files/${file.id}`);
    const read = await api.send('GET', `/v1/files/${file.id}`);
    expect([read.status, read.text, read.headers['content-type']]).toEqual([200, 'PNG bytes', 'image/png']);
    expect(read.headers['content-disposition']).toMatch(/^attachment; filename\*=UTF-8''R%C3%B6ntgen/);
    expect(read.headers['x-content-type-options']).toBe('nosniff');
  });

  it('is stored once for one key, and the key with another file is refused', async () => {
    const headers = { 'idempotency-key': 'file-1' };
    const first = await upload('one', { headers });
    expect((await upload('one', { headers })).body).toEqual(first.body);
    expect((await upload('two', { headers })).body.type).toBe('urn:offstage:problem:idempotency-key-reused');
  });

  it.each([
    ['no file', () => upload('x', { field: 'other' }), 422, 'invalid-request'],
    ['an empty one', () => upload(''), 422, 'invalid-request'],
    ['more than 10 MiB', () => upload(Buffer.alloc(10 * 1024 * 1024 + 1)), 413, 'file-too-large'],
    ['no multipart', () => api.send('POST', '/v1/files', {}), 415, 'unsupported-media-type'],
    [
      'half a body',
      () => api.send('POST', '/v1/files', '--edge\r\nConte', MULTIPART),
      400,
      'malformed-request',
    ],
    [
      'no boundary',
      () => api.send('POST', '/v1/files', 'x', { 'content-type': 'multipart/form-data' }),
      400,
      'malformed-request',
    ],
  ])('is refused when there is %s', async (_name, send, status, problem) => {
    const reply = await send();
    expect([reply.status, reply.body.type]).toEqual([status, `urn:offstage:problem:${problem}`]);
  });
});

describe('teams', () => {
  it('are listed with what is wrong with them, and read one by one', async () => {
    const { body } = await api.send('GET', '/v1/teams');
    const teams = listedTeamSchema.array().parse(body.data);
    expect(teams.map(({ name, agents }) => [name, agents])).toEqual([
      ['assistant', ['root', 'researcher']],
      ['broken', []],
    ]);
    expect(teams[1]?.errors.length).toBeGreaterThan(0);
    const team = teamSchema.parse((await api.send('GET', '/v1/teams/assistant')).body);
    expect(team.agents[0]).toMatchObject({
      name: 'root',
      subAgents: ['researcher'],
      toolsets: ['background_agents'],
    });
    const missing = await api.send('GET', '/v1/teams/nobody');
    expect([missing.status, missing.body.detail]).toEqual([404, 'team not found: nobody']);
  });

  it('are checked as YAML and as JSON, mistakes told with line and column', async () => {
    const yaml = 'agents:\n  root:\n    modell: openai/gpt-4o\n';
    const asYaml = await api.send('POST', '/v1/teams/validate', yaml, { 'content-type': 'application/yaml' });
    const asJson = await api.send('POST', '/v1/teams/validate', { yaml });
    expect(asYaml.body).toEqual(asJson.body);
    const found = teamValidationSchema.parse(asYaml.body);
    expect(found.valid).toBe(false);
    expect(found.errors[0]).toMatchObject({ line: expect.any(Number), column: expect.any(Number) });
    const good = 'agents:\n  root:\n    model: openai/gpt-4o\n    description: x\n    instruction: y\n';
    expect((await api.send('POST', '/v1/teams/validate', { yaml: good })).body.valid).toBe(true);
    const other = await api.send('POST', '/v1/teams/validate', yaml, { 'content-type': 'text/plain' });
    expect(other.status).toBe(415);
    const wrong = await api.send('POST', '/v1/teams/validate', { yml: yaml });
    expect(wrong.body.errors.map(({ path }: { path: string }) => path)).toEqual(['yaml', '']);
  });
});

describe('health', () => {
  it('is told apart: the process, and what it needs', async () => {
    expect((await api.send('GET', '/healthz')).body).toEqual({ status: 'ok' });
    expect((await api.send('GET', '/readyz')).status).toBe(200);
    api.gateway.health = { temporal: true, mainWorker: true, backgroundWorker: false };
    const reply = await api.send('GET', '/readyz');
    expect([reply.status, reply.body]).toEqual([
      503,
      { ready: false, temporal: true, mainWorker: true, backgroundWorker: false, store: true },
    ]);
  });
});
