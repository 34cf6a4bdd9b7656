import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Refused, TemporalAway, WorkflowGone } from '../../api/gateway/failures.ts';
import { messageSchema } from '../../protocol/schemas/resources.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import { StoreAway } from '../../storage/store-away.ts';
import { makeUserRow } from '../storage/store-fixture.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { playTurn } from './play-turn.ts';
import { startFakeApi } from './test-api.ts';
import type { TestApi } from './test-api.ts';

let api: TestApi<FakeGateway>;
let id: ConversationId;
let path: string;
beforeAll(async () => {
  api = await startFakeApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  api.gateway.failures = {};
  const { body } = await api.send('POST', '/v1/sessions', { team: 'assistant' });
  id = { workspace: 'default', session: body.id, task: null };
  path = `/v1/sessions/${body.id}/messages`;
});

const sent = () => api.gateway.find(id).sent;
describe('a message', () => {
  it('is acknowledged with its id, turn and offset', async () => {
    const reply = await api.send('POST', path, { text: 'Hello' });
    expect(reply.status).toBe(202);
    expect(reply.body).toEqual({ message: sent()[0]?.id, turn: 1, offset: 2 });
    expect(sent()[0]).toMatchObject({
      id: expect.stringMatching(/^msg_[0-9a-f]{28}$/),
      content: [{ type: 'text', text: 'Hello' }],
    });
  });

  it('has one id for one Idempotency-Key, and another body is refused', async () => {
    const headers = { 'idempotency-key': 'order 17' };
    const first = await api.send('POST', path, { text: 'Hello' }, headers);
    const same = await api.send('POST', path, { content: [{ type: 'text', text: 'Hello' }] }, headers);
    expect(same.body).toEqual(first.body);
    expect(sent()).toHaveLength(1);
    const other = await api.send('POST', path, { text: 'Bye' }, headers);
    expect([other.status, other.body.type]).toEqual([422, 'urn:offstage:problem:idempotency-key-reused']);
    const elsewhere = await api.send('POST', '/v1/sessions', { team: 'assistant' });
    const path2 = `/v1/sessions/${elsewhere.body.id}/messages`;
    expect((await api.send('POST', path2, { text: 'Hello' }, headers)).body.message).not.toBe(
      first.body.message,
    );
  });

  it('sent twice at once with one key reaches the workflow under one id', async () => {
    const headers = { 'idempotency-key': 'twice' };
    const replies = await Promise.all([1, 2].map(() => api.send('POST', path, { text: 'Hello' }, headers)));
    expect(replies[0]?.body.message).toBe(replies[1]?.body.message);
    expect(new Set(sent().map((message) => `${message.id} ${message.hash}`)).size).toBe(1);
  });

  it('that may have been applied is named, and can be sent again under its id', async () => {
    api.gateway.failures = { sendMessage: new TemporalAway('sendMessage') };
    const away = await api.send('POST', path, { text: 'Hello' });
    expect([away.status, away.headers['retry-after']]).toEqual([503, '5']);
    expect(away.body.detail).toContain(
      `may still be applied; retry with this Idempotency-Key: ${away.body.message}`,
    );
    api.gateway.failures = {};
    const again = await api.send('POST', path, { text: 'Hello' }, { 'idempotency-key': away.body.message });
    expect([again.status, again.body.message]).toEqual([202, away.body.message]);
  });

  it.each([
    [new Refused('session.closed', 'closed'), 409, 'session-closed'],
    [new WorkflowGone('x'), 409, 'session-closed'],
    [new Refused('session.inbox_full', 'too much waits'), 429, 'inbox-full'],
    [new Refused('message.id_reused', 'known'), 422, 'idempotency-key-reused'],
    [new Refused('something.else', 'not of the body'), 500, 'internal'],
  ])('that is refused by %s gets its problem', async (failure, status, problem) => {
    api.gateway.failures = { sendMessage: failure };
    const reply = await api.send('POST', path, { text: 'Hello' });
    expect([reply.status, reply.body.type]).toEqual([status, `urn:offstage:problem:${problem}`]);
    expect(reply.headers['retry-after']).toBe(status === 429 ? '5' : undefined);
  });

  it('that the store could not note down any more is named, and is the same when it is sent again', async () => {
    const remember = jest.spyOn(api.store.acceptedMessages, 'remember');
    remember.mockRejectedValueOnce(new StoreAway('nobody listens'));
    const headers = { 'idempotency-key': 'not noted' };
    const away = await api.send('POST', path, { text: 'Hello' }, headers);
    expect(away).toMatchObject({ status: 503, body: { message: sent()[0]?.id } });
    expect(away.body.detail).toContain('retry with this Idempotency-Key: not noted');
    const again = await api.send('POST', path, { text: 'Hello' }, headers);
    expect([again.status, again.body.message]).toEqual([202, away.body.message]);
    expect(new Set(sent().map((message) => message.id)).size).toBe(1);
    remember.mockRestore();
  });

  it('that nobody noted down and its workflow has forgotten is the same when it is sent again', async () => {
    const remember = jest.spyOn(api.store.acceptedMessages, 'remember').mockResolvedValue();
    const headers = { 'idempotency-key': 'long ago' };
    const { body: first } = await api.send('POST', path, { text: 'Hello' }, headers);
    const { events } = api.gateway.find(id);
    await api.store.events.append(id, events);
    await api.store.transcript.append(id, [makeUserRow([1, 1, 0], first.message, 'Hello')]);
    // Asked again, it would take the message for a new one.
    api.gateway.failures = { sendMessage: new Error('asked again') };
    const again = await api.send('POST', path, { text: 'Hello' }, headers);
    expect([again.status, again.body]).toEqual([202, first]);
    remember.mockRestore();
  });

  it('that waits for a turn is in the transcript, behind what was said', async () => {
    await api.send('POST', path, { text: 'Hello' });
    await playTurn(api, id, 'Good morning.');
    const { body } = await api.send('GET', path);
    const messages = messageSchema.array().parse(body.data);
    expect(messages.map(({ role, turn }) => [role, turn])).toEqual([
      ['assistant', 1],
      ['user', null],
    ]);
    expect(body.nextCursor).toBeNull();
  });

  it('refers to files that there are, and they belong to the session then', async () => {
    const missing = 'file_0199f3c2a1b04fd2a3c1e5f70712';
    const content = [{ type: 'image', fileId: missing }];
    const reply = await api.send('POST', path, { content });
    expect([reply.status, reply.body.errors[0].path]).toEqual([422, 'content[0].fileId']);
    await api.store.files.put({
      workspace: 'default',
      id: missing,
      session: null,
      principal: 'development',
      task: null,
      name: 'x.png',
      mediaType: 'image/png',
      bytes: new Uint8Array([1]),
      createdAt: 1,
    });
    expect((await api.send('POST', path, { content })).status).toBe(202);
    expect(sent()[0]?.content).toEqual([{ type: 'image', fileId: missing, mediaType: 'image/png' }]);
    const { body } = await api.send('POST', '/v1/sessions', { team: 'assistant' });
    const elsewhere = await api.send('POST', `/v1/sessions/${body.id}/messages`, { content });
    expect(elsewhere.body.type).toBe('urn:offstage:problem:unknown-file');
  });
});
