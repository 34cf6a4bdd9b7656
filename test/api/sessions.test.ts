import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TemporalAway } from '../../api/gateway/failures.ts';
import { sessionSchema } from '../../protocol/schemas/resources.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { startFakeApi } from './test-api.ts';
import type { TestApi } from './test-api.ts';

let api: TestApi<FakeGateway>;
let id: string;
const JSON_ONLY = { accept: 'application/json' };
beforeAll(async () => {
  api = await startFakeApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  api.gateway.failures = {};
  id = (await api.send('POST', '/v1/sessions', { team: 'assistant' })).body.id;
});

describe('a session', () => {
  it('is opened once for a key, also at once, and a key with another body is refused', async () => {
    const headers = { 'idempotency-key': 'open-1' };
    const before = api.gateway.started.length;
    const replies = await Promise.all(
      [1, 2, 3].map(() => api.send('POST', '/v1/sessions', { team: 'assistant' }, headers)),
    );
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(replies[0]?.headers.location).toBe(`/v1/sessions/${replies[0]?.body.id}`);
    expect(api.gateway.started.length).toBe(before + 1);
    const other = await api.send('POST', '/v1/sessions', { team: 'assistant', user: 'u' }, headers);
    expect(other.body.type).toBe('urn:offstage:problem:idempotency-key-reused');
  });

  it('that could not be opened can be asked for again with the same key', async () => {
    const headers = { 'idempotency-key': 'open-2' };
    api.gateway.failures = { startSession: new TemporalAway('startSession') };
    expect((await api.send('POST', '/v1/sessions', { team: 'assistant' }, headers)).status).toBe(503);
    api.gateway.failures = {};
    expect((await api.send('POST', '/v1/sessions', { team: 'assistant' }, headers)).status).toBe(201);
  });

  it('whose workflow was deleted in Temporal is aborted, but not while its start may still come', async () => {
    const starting = { team: 'assistant', message: 'Hello' };
    const { body: opening } = await api.send('POST', '/v1/sessions', starting);
    api.gateway.conversations.clear();
    const reason = 'its workflow was ended from outside';
    expect((await api.send('GET', `/v1/sessions/${id}`)).body).toMatchObject({
      status: 'aborted',
      closeReason: reason,
    });
    expect(
      (await api.send('GET', `/v1/sessions/${id}/events`, undefined, JSON_ONLY)).body.data,
    ).toMatchObject([{ type: 'session.closed', reason }]);
    expect((await api.send('GET', `/v1/sessions/${opening.id}`)).body.status).toBe('opening');
  });

  it('has the shape that is documented, with what was given', async () => {
    const { body } = await api.send('POST', '/v1/sessions', {
      team: { agents: { only: { model: 'openai/gpt-4o', instruction: 'x', description: 'y' } } },
      user: { id: 'u1', name: 'Ada' },
      variables: { plan: 'gold' },
      metadata: { source: 'test' },
      message: 'Hello',
    });
    const session = sessionSchema.parse(body);
    expect(session).toMatchObject({
      agent: 'only',
      team: { name: 'inline' },
      user: { id: 'u1', name: 'Ada' },
      variables: { plan: 'gold' },
      metadata: { source: 'test' },
      offset: 2,
    });
    const list = await api.send('GET', '/v1/sessions?user=u1');
    expect(list.body.data.map((listed: { id: string }) => listed.id)).toEqual([session.id]);
    expect(list.body.data[0]).not.toHaveProperty('variables');
  });

  it('is read from the store while Temporal is away, marked as stale', async () => {
    api.gateway.failures = { read: new TemporalAway('read') };
    const { status, body } = await api.send('GET', `/v1/sessions/${id}`);
    expect([status, body.stale, body.usage.modelCalls]).toEqual([200, true, 0]);
    expect((await api.send('GET', `/v1/sessions/${id}/messages`)).body.stale).toBe(true);
    const events = await api.send('GET', `/v1/sessions/${id}/events`, undefined, {
      accept: 'application/json',
    });
    expect(events.body).toEqual({ data: [], nextCursor: null, stale: true });
  });

  it('that is over takes commands as nothing to do', async () => {
    api.gateway.conversations.clear();
    const interrupt = await api.send('POST', `/v1/sessions/${id}/interrupt`);
    expect([interrupt.status, interrupt.body]).toEqual([200, { turn: null, changed: false }]);
    const close = await api.send('POST', `/v1/sessions/${id}/close`, {});
    expect([close.status, close.body]).toEqual([200, { status: 'closed', changed: false }]);
  });

  it('is deleted with its rows and histories, and is then not found', async () => {
    const deleted = await api.send('DELETE', `/v1/sessions/${id}`);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    expect(api.gateway.deleted).toContain(id);
    expect((await api.send('GET', `/v1/sessions/${id}`)).status).toBe(404);
    expect((await api.send('DELETE', `/v1/sessions/${id}`)).status).toBe(404);
  });

  it('that could not be deleted is still there', async () => {
    api.gateway.failures = { deleteHistories: new TemporalAway('deleting') };
    expect((await api.send('DELETE', `/v1/sessions/${id}`)).status).toBe(503);
    expect((await api.send('GET', `/v1/sessions/${id}`)).status).toBe(200);
  });
});
