import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { createApi } from '../../api/server.ts';
import type { ApiDependencies } from '../../api/dependencies.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { startFakeApi } from './test-api.ts';
import type { TestApi } from './test-api.ts';

let api: TestApi<FakeGateway>;
beforeAll(async () => {
  api = await startFakeApi();
});
afterAll(() => api.close());

const open = (headers: Record<string, string>) =>
  api.send('POST', '/v1/sessions', { team: 'assistant' }, headers);

describe('without keys', () => {
  it.each(['localhost', 'localhost:8080', '127.0.0.1:9', '127.8.9.1', '[::1]:8080', 'LOCALHOST'])(
    'a request to the loopback name %s is answered',
    async (host) => {
      expect((await open({ host })).status).toBe(201);
    },
  );

  it.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'localhost@evil.example',
    '10.0.0.1',
    '[::2]',
    '0.0.0.0',
  ])('a request to the name %s is refused, whoever resolves it to this machine', async (host) => {
    const before = api.gateway.started.length;
    const reply = await open({ host });
    expect([reply.status, reply.body.type]).toEqual([403, 'urn:offstage:problem:foreign-host']);
    expect(api.gateway.started.length).toBe(before);
  });

  it.each([
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'file://',
    'http://evil.example:8080',
  ])('a web page of the origin %s is refused', async (origin) => {
    const reply = await open({ host: 'localhost', origin });
    expect([reply.status, reply.body.type]).toEqual([403, 'urn:offstage:problem:foreign-origin']);
  });

  it('a page of this machine may ask, one that the browser calls cross-site may not', async () => {
    expect((await open({ origin: 'http://localhost:3000' })).status).toBe(201);
    expect((await open({ 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    expect((await open({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  it('reads are refused alike, the documentation too', async () => {
    for (const path of ['/v1/sessions', '/openapi.json', '/docs', '/healthz']) {
      expect((await api.send('GET', path, undefined, { host: 'evil.example' })).status).toBe(403);
    }
  });

  it('the API listens on no other address', async () => {
    const { listen } = createApi({ keys: null, registry: new Registry() } as ApiDependencies);
    await expect(listen({ host: '0.0.0.0', port: 0 })).rejects.toThrow('Use 127.0.0.1');
  });
});
