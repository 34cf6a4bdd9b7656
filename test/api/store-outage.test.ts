import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { startFakeApi } from './test-api.ts';
import type { TestApi } from './test-api.ts';

let postgres: TestPostgres;
let api: TestApi<FakeGateway>;

beforeAll(async () => {
  postgres = await startPostgres();
  api = await startFakeApi(await postgres.createDatabase());
});
afterAll(async () => {
  await api.close();
  await postgres.remove();
});

describe('while the store is away', () => {
  it('the API says so, and goes on by itself when it is back', async () => {
    const { body: session } = await api.send('POST', '/v1/sessions', { team: 'assistant' });
    const path = `/v1/sessions/${session.id}`;
    await postgres.kill();
    const requests = [
      ['GET', '/v1/sessions'],
      ['GET', path],
      ['POST', '/v1/sessions', { team: 'assistant' }, { 'idempotency-key': 'again' }],
      ['POST', `${path}/messages`, { text: 'Hello' }],
    ] as const;
    for (const [method, where, body, headers] of requests) {
      const answer = await api.send(method, where, body, headers);
      expect({ where, status: answer.status }).toEqual({ where, status: 503 });
      expect(answer.headers['retry-after']).toBe('5');
      expect(answer.body).toMatchObject({
        type: 'urn:offstage:problem:unavailable',
        detail: 'The store does not answer. Try again soon',
      });
    }
    expect(await api.send('GET', '/readyz')).toMatchObject({
      status: 503,
      body: { ready: false, store: false, temporal: true },
    });
    expect((await api.send('GET', '/healthz')).status).toBe(200);
    await postgres.restart();
    await waitFor(async () => (await api.send('GET', '/readyz')).status === 200, { what: 'readiness' });
    expect((await api.send('GET', path)).body).toMatchObject({ id: session.id });
    const again = await api.send(
      'POST',
      '/v1/sessions',
      { team: 'assistant' },
      { 'idempotency-key': 'again' },
    );
    expect(again.status).toBe(201);
  });
});
