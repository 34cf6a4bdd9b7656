import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ConversationId } from '../../protocol/ids.ts';
import { REFUSALS } from '../../protocol/failures.ts';
import type { Store } from '../../storage/store.ts';
import { makeSession, makeUserRow, textsOf, WORKSPACE } from './store-fixture.ts';
import { useTranscript } from './use-transcript.ts';

const { here, open, claim, commit, texts } = useTranscript();
let store: Store;
let conversation: ConversationId;
beforeEach(() => {
  ({ store, conversation } = here());
});

const stale = { type: REFUSALS.staleStep };

describe('rows', () => {
  it('are read in the order of their places, whatever the order of writing', async () => {
    await store.transcript.append(conversation, [makeUserRow([2, 1, 0], 'm3', 'third')]);
    await store.transcript.append(conversation, [
      makeUserRow([1, 10, 0], 'm2', 'second'),
      makeUserRow([1, 2, 0], 'm1', 'first'),
    ]);
    expect(await texts()).toEqual(['first', 'second', 'third']);
  });

  it('are given after one place and up to another', async () => {
    for (const ordinal of [0, 1, 2, 3]) {
      await store.transcript.append(conversation, [
        makeUserRow([1, 1, ordinal], `m${ordinal}`, `${ordinal}`),
      ]);
    }
    const rows = await store.transcript.read(conversation, { after: [1, 1, 0], upTo: [1, 1, 2] });
    expect(textsOf(rows)).toEqual(['1', '2']);
  });

  it('stay as they were first written', async () => {
    await store.transcript.append(conversation, [makeUserRow([1, 1, 0], 'm1', 'first')]);
    await store.transcript.append(conversation, [
      makeUserRow([1, 1, 0], 'm1', 'other words'),
      makeUserRow([1, 1, 1], 'm2', 'second'),
    ]);
    expect(await texts()).toEqual(['first', 'second']);
  });

  it('give way to another row of the workflow at their place: an attempt that was given up decides nothing', async () => {
    await store.transcript.append(conversation, [makeUserRow([1, 1, 0], 'm1', 'hello')]);
    await store.transcript.append(conversation, [makeUserRow([1, 1, 1], 'late', 'from an attempt')]);
    const system = {
      kind: 'system' as const,
      place: [1, 1, 1] as const,
      id: 'm2',
      at: 1,
      text: 'It failed.',
    };
    await store.transcript.append(conversation, [system]);
    await store.transcript.append(conversation, [system]);
    const rows = await store.transcript.read(conversation);
    expect(rows.map(({ id, role }) => [id, role])).toEqual([
      ['m1', 'user'],
      ['m2', 'system'],
    ]);
  });

  it('keep texts that PostgreSQL cannot hold, with a replacement character', async () => {
    await store.transcript.append(conversation, [makeUserRow([1, 1, 0], 'm1', 'a\0b\ud800c\\u0000 😀')]);
    expect(await texts()).toEqual(['a\uFFFDb\uFFFDc\\u0000 😀']);
  });

  it('keep the order of keys in the arguments of a tool call', async () => {
    await open(1, 1);
    const toolCalls = [{ id: 'c1', name: 'run', arguments: { zebra: 1, a: { y: 1, b: 2 } } }];
    const stored = await commit([1, 1, 1], '', { toolCalls });
    expect(JSON.stringify(stored.toolCalls)).toBe(JSON.stringify(toolCalls));
  });

  it('belong to one workspace, one session and one task', async () => {
    await store.sessions.create(makeSession(conversation.session, { workspace: 'other' }));
    await store.transcript.append(conversation, [makeUserRow([1, 1, 0], 'm1', 'mine')]);
    for (const elsewhere of [
      { ...conversation, workspace: 'other' },
      { ...conversation, session: 'ses_else' },
      { ...conversation, task: 'agent_task_1' },
    ]) {
      expect(await store.transcript.read(elsewhere)).toEqual([]);
      expect(await store.transcript.message(elsewhere, 'm1')).toBeNull();
      expect((await store.transcript.page(elsewhere, { limit: 5 })).data).toEqual([]);
    }
  });

  it('are refused for a session that does not exist', async () => {
    const nowhere = { workspace: WORKSPACE, session: 'ses_nowhere', task: null };
    await expect(store.transcript.append(nowhere, [makeUserRow([1, 1, 0], 'm', 'x')])).rejects.toMatchObject({
      type: 'session.not_found',
    });
  });

  it('are paged from the beginning on, and found by message id and by tool call', async () => {
    await open(1, 1);
    for (const ordinal of [0, 1, 2]) {
      await store.transcript.append(conversation, [
        makeUserRow([1, 1, ordinal], `m${ordinal}`, `${ordinal}`),
      ]);
    }
    await store.transcript.putToolResult(conversation, {
      place: [1, 1, 3],
      id: 'r1',
      call: 'call_1',
      tool: 'think',
      outcome: 'ok',
      text: 'thought',
      at: 3,
      run: 'run-1',
    });
    const first = await store.transcript.page(conversation, { limit: 3 });
    expect(textsOf(first.data)).toEqual(['0', '1', '2']);
    const second = await store.transcript.page(conversation, { limit: 3, cursor: first.nextCursor ?? '' });
    expect(textsOf(second.data)).toEqual(['thought']);
    expect(second.nextCursor).toBeNull();
    expect(await store.transcript.message(conversation, 'm1')).toMatchObject({ place: [1, 1, 1] });
    expect(textsOf(await store.transcript.rowsByIds(conversation, ['m2', 'm0', 'gone']))).toEqual(['0', '2']);
    const [result] = await store.transcript.rowsByCalls(conversation, ['call_1']);
    expect(result).toMatchObject({ call: 'call_1', tool: 'think', outcome: 'ok', role: 'tool' });
  });

  it('refuse a cursor that no list gave', async () => {
    for (const cursor of ['nonsense', Buffer.from('[1,"2",3]').toString('base64url')]) {
      await expect(store.transcript.page(conversation, { limit: 3, cursor })).rejects.toMatchObject({
        type: 'cursor.invalid',
      });
    }
  });
});

describe('a reply', () => {
  it('is stored once: the second attempt gets what the first one stored', async () => {
    await open(1, 1);
    const first = await commit([1, 1, 1], 'first', { id: 'msg_a' });
    const second = await commit([1, 1, 1], 'second', { id: 'msg_b' });
    expect(first).toEqual(second);
    expect(second).toMatchObject({ id: 'msg_a', content: [{ type: 'text', text: 'first' }] });
    expect(await store.transcript.storedReply(conversation, 1, 1)).toEqual(first);
    expect(await texts()).toEqual(['first']);
  });

  it('ends the partial output of its call', async () => {
    await open(1, 1);
    await store.partials.flush(conversation, { turn: 1, step: 1, attempt: 1, text: 'fir' });
    await commit([1, 1, 1], 'first');
    expect(await store.partials.read(conversation)).toBeNull();
  });

  it('is not known before it is stored', async () => {
    await open(1, 1);
    expect(await store.transcript.storedReply(conversation, 1, 1)).toBeNull();
  });

  it('gives way when the step is opened for another request, with the results of its tools', async () => {
    await claim(1, 1, 'hash-1');
    await store.transcript.append(conversation, [makeUserRow([1, 1, 0], 'm1', 'hello')]);
    await commit([1, 1, 1], 'old', { requestHash: 'hash-1' });
    await store.transcript.append(conversation, [makeUserRow([1, 1, 2], 'm2', 'after it')]);
    await claim(1, 1, 'hash-2');
    expect(await store.transcript.storedReply(conversation, 1, 1)).toBeNull();
    await expect(commit([1, 1, 1], 'straggler', { requestHash: 'hash-1' })).rejects.toMatchObject(stale);
    await commit([1, 1, 1], 'new', { requestHash: 'hash-2' });
    expect(await texts()).toEqual(['hello', 'new']);
  });

  it('stays when the step is opened again for the same request', async () => {
    await claim(1, 1, 'hash');
    await commit([1, 1, 1], 'first');
    await open(1, 1);
    await claim(1, 1, 'hash');
    expect(await store.transcript.storedReply(conversation, 1, 1)).toMatchObject({ requestHash: 'hash' });
  });
});

describe('a tool result', () => {
  const put = (text: string, step = 1, run = 'run-1') =>
    store.transcript.putToolResult(conversation, {
      place: [1, step, 2],
      id: 'r1',
      call: 'call_1',
      tool: 'think',
      outcome: 'ok',
      text,
      at: 3,
      run,
    });

  it('is stored once: the second attempt gets what the first one stored', async () => {
    await open(1, 1);
    await put('first');
    expect(textsOf([await put('second')])).toEqual(['first']);
    expect(await texts()).toEqual(['first']);
  });

  it('is refused when a later step was opened since', async () => {
    await open(1, 1);
    await open(1, 2);
    await expect(put('late')).rejects.toMatchObject(stale);
    expect(await texts()).toEqual([]);
  });

  it('of a run that follows a reset takes back the later steps, not its own', async () => {
    await open(1, 1);
    await commit([1, 1, 1], 'call the tool');
    await put('result');
    await open(1, 2);
    await commit([1, 2, 0], 'to be taken back');
    await put('again', 1, 'run-2');
    expect(await texts()).toEqual(['call the tool', 'result']);
  });
});
