import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { AcceptedMessageStore } from '../../storage/accepted-message-store.ts';
import { EventStore } from '../../storage/event-store.ts';
import { FileStore } from '../../storage/file-store.ts';
import { PartialStore } from '../../storage/partial-store.ts';
import { SessionStore } from '../../storage/session-store.ts';
import { openEmbeddedDatabase, openServerDatabase } from '../../storage/open-database.ts';
import type { Database } from '../../storage/tables.ts';
import { HookStore } from '../../storage/hook-store.ts';
import { LedgerStore } from '../../storage/ledger-store.ts';
import { TaskStore } from '../../storage/task-store.ts';
import { TodoStore } from '../../storage/todo-store.ts';
import { TranscriptStore } from '../../storage/transcript-store.ts';
import { inSession, makeSession, makeTask, makeUserRow, WORKSPACE } from './store-fixture.ts';
import { makeStorePlace } from './store-place.ts';

let db: Kysely<Database>;
let sessions: SessionStore;

beforeAll(async () => {
  const { databaseUrl } = await makeStorePlace();
  db = await (databaseUrl ? openServerDatabase(databaseUrl) : openEmbeddedDatabase(null));
  sessions = new SessionStore(db);
});

afterAll(() => db.destroy());

async function fill(session: string): Promise<void> {
  await sessions.create(makeSession(session));
  await new TaskStore(db).open(makeTask(session, 'agent_task_1'));
  const transcript = new TranscriptStore(db);
  await transcript.openStep(inSession(session), { turn: 1, step: 1, run: 'run-1', head: [1, 1, 0] });
  await transcript.append(inSession(session), [makeUserRow([1, 1, 0], 'm1', 'hello')]);
  await new PartialStore(db).flush(inSession(session), { turn: 1, step: 1, attempt: 1, text: 'ha' });
  await new EventStore(db).append(inSession(session), [
    { offset: 1, at: 1, type: 'session.closing', reason: 'x' },
  ]);
  const ledger = new LedgerStore(db);
  const budgets = { tree: { tokens: 5000 } };
  const call = { turn: 1, step: 1, budgets, now: 1, tokens: 1, costUsd: 0, isFirst: true, expiresAt: 2 };
  await ledger.reserve(inSession(session), call);
  const extension = { request: 'one', by: 'ann', at: 1, limits: { tokens: 6000 } };
  await ledger.extend(inSession(session), budgets.tree, extension);
  const hook = { phase: 'pre' as const, position: 1, kind: 'function' as const, name: 'look_up' };
  await new HookStore(db).open(inSession(session), { ...hook, task: null, startedAt: 1 });
  await new TodoStore(db).update(inSession(session), () => []);
  await new AcceptedMessageStore(db).remember(WORKSPACE, session, [
    { id: 'm1', hash: 'h', acknowledgement: { turn: 1 } },
  ]);
  await new FileStore(db).put({
    workspace: WORKSPACE,
    id: `file_${session}`,
    session,
    task: null,
    name: 'a.txt',
    mediaType: 'text/plain',
    bytes: new Uint8Array([1]),
    createdAt: 1,
  });
}

/** Tables that have a column `session`, and how many rows of this session they hold. */
async function countRows(session: string): Promise<Record<string, number>> {
  const tables = await sql<{ name: string }>`select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'session' order by table_name`.execute(db);
  const counts: Record<string, number> = {};
  for (const { name } of tables.rows) {
    const { rows } = await sql<{ count: number }>`select count(*)::integer as count from ${sql.table(name)}
      where session = ${session}`.execute(db);
    counts[name] = rows[0]?.count ?? 0;
  }
  return counts;
}

describe('a session', () => {
  it('is stored once: creating it again gives what is there', async () => {
    const first = await sessions.create(makeSession('ses_once'));
    expect(first).toMatchObject({
      status: 'opening',
      user: { id: 'u1', name: 'Ada' },
      variables: { plan: 'gold' },
    });
    expect(await sessions.create(makeSession('ses_once', { agent: 'other' }))).toEqual(first);
    expect(await sessions.get(WORKSPACE, 'ses_once')).toEqual(first);
  });

  it('belongs to one workspace', async () => {
    await sessions.create(makeSession('ses_mine'));
    expect(await sessions.get('other', 'ses_mine')).toBeNull();
    await sessions.setStatus('other', 'ses_mine', { status: 'closed', at: 1, reason: 'not theirs' });
    expect(await sessions.remove('other', 'ses_mine')).toBe(false);
    expect(await sessions.get(WORKSPACE, 'ses_mine')).toMatchObject({ status: 'opening', closeReason: null });
  });

  it('changes its status until it is closed, and then stays as it is', async () => {
    await sessions.create(makeSession('ses_closed'));
    await sessions.setStatus(WORKSPACE, 'ses_closed', { status: 'busy', at: 10 });
    const finalView = { turn: 3 };
    await sessions.setStatus(WORKSPACE, 'ses_closed', { status: 'closed', at: 20, reason: 'api', finalView });
    await sessions.setStatus(WORKSPACE, 'ses_closed', { status: 'idle', at: 30, reason: null });
    expect(await sessions.get(WORKSPACE, 'ses_closed')).toMatchObject({
      status: 'closed',
      closedAt: 20,
      updatedAt: 20,
      closeReason: 'api',
      finalView,
    });
  });

  it('is named once, when it has no title yet', async () => {
    await sessions.create(makeSession('ses_untitled', { title: null }));
    await sessions.nameUntitled(WORKSPACE, 'ses_untitled', 'First');
    await sessions.nameUntitled(WORKSPACE, 'ses_untitled', 'Second');
    expect(await sessions.get(WORKSPACE, 'ses_untitled')).toMatchObject({ title: 'First' });
  });

  it('keeps variables that are set beside one another, all of those that fit', async () => {
    await sessions.create(makeSession('ses_variables', { variables: { name: 'Ada' } }));
    const set = (changes: object) => sessions.mergeVariables(WORKSPACE, 'ses_variables', { ...changes });
    await Promise.all(['a', 'b', 'c'].map((key) => set({ [key]: { '{{name}}\0': key } })));
    expect(await set({ name: 'Ada', d: 1 })).toMatchObject({ keys: ['d'] });
    expect(await set({ e: 1, text: 'x'.repeat(64 * 1024) })).toEqual({ problem: expect.any(String) });
    expect((await sessions.get(WORKSPACE, 'ses_variables'))?.variables).toEqual({
      name: 'Ada',
      d: 1,
      a: { '{{name}}\ufffd': 'a' },
      b: { '{{name}}\ufffd': 'b' },
      c: { '{{name}}\ufffd': 'c' },
    });
    await expect(sessions.mergeVariables(WORKSPACE, 'ses_none', { a: 1 })).rejects.toMatchObject({
      type: 'session.not_found',
    });
  });

  it('keeps how its hooks went: the first begin and the first end, with the analysis; nothing of one that is gone', async () => {
    const hooks = new HookStore(db);
    await sessions.create(makeSession('ses_hooks'));
    const key = { workspace: WORKSPACE, session: 'ses_hooks' };
    const hook = { phase: 'post' as const, position: 0, kind: 'analysis' as const, name: 'analysis' };
    const end = { status: 'completed' as const, error: null, usage: null, endedAt: 9 };
    await hooks.open(key, { ...hook, task: null, startedAt: 5 });
    await hooks.open(key, { ...hook, task: null, startedAt: 6 });
    await hooks.close(key, hook, { ...end, analysis: { mood: 'good' } });
    await hooks.close(key, hook, { ...end, status: 'failed', endedAt: 10, analysis: { mood: 'bad' } });
    expect(await hooks.list(key)).toEqual([{ ...hook, ...end, task: null, startedAt: 5 }]);
    expect(await sessions.get(WORKSPACE, 'ses_hooks')).toMatchObject({ analysis: { mood: 'good' } });
    await hooks.open({ ...key, session: 'ses_none' }, { ...hook, task: null, startedAt: 5 });
    expect(await hooks.list({ ...key, session: 'ses_none' })).toEqual([]);
  });

  it('is listed newest first, filtered, in pages', async () => {
    const workspace = 'lists';
    await sessions.create(makeSession('ses_a', { workspace, createdAt: 1 }));
    await sessions.create(makeSession('ses_b', { workspace, createdAt: 2, userId: 'u2' }));
    await sessions.create(makeSession('ses_c', { workspace, createdAt: 2, agent: 'billing' }));
    await sessions.setStatus(workspace, 'ses_a', { status: 'idle', at: 3 });
    const idsOf = async (filter: object) =>
      (await sessions.list(workspace, { limit: 10, ...filter })).data.map((session) => session.id);
    expect(await idsOf({})).toEqual(['ses_c', 'ses_b', 'ses_a']);
    expect(await idsOf({ status: 'idle' })).toEqual(['ses_a']);
    expect(await idsOf({ user: 'u2' })).toEqual(['ses_b']);
    expect(await idsOf({ agent: 'billing' })).toEqual(['ses_c']);
    const { nextCursor } = await sessions.list(workspace, { limit: 1 });
    expect(await idsOf({ cursor: nextCursor ?? undefined })).toEqual(['ses_b', 'ses_a']);
    expect((await sessions.list(workspace, { limit: 3 })).nextCursor).toBeNull();
  });

  it('is removed with every row and file that belongs to it, and nothing else', async () => {
    await fill('ses_gone');
    await fill('ses_stays');
    const before = await countRows('ses_stays');
    expect(Object.values(before).filter((count) => count === 0)).toEqual([]);
    expect(await sessions.remove(WORKSPACE, 'ses_gone')).toBe(true);
    const empty = Object.fromEntries(Object.keys(before).map((table) => [table, 0]));
    expect(await countRows('ses_gone')).toEqual(empty);
    expect(await countRows('ses_stays')).toEqual(before);
    expect(await sessions.remove(WORKSPACE, 'ses_gone')).toBe(false);
  });
});

describe('two transactions at once', () => {
  it('do not mix: what one takes back leaves the other as it is', async () => {
    const accepted = new AcceptedMessageStore(db);
    await sessions.create(makeSession('ses_apart'));
    const message = { id: 'm1', hash: 'h', acknowledgement: {} };
    const failing = db.transaction().execute(async (transaction) => {
      const values = {
        workspace: WORKSPACE,
        session: 'ses_apart',
        id: 'm2',
        hash: 'h',
        acknowledgement: '{}',
      };
      await transaction.insertInto('accepted_messages').values(values).execute();
      for (let query = 0; query < 5; query += 1) await sql`select 1`.execute(transaction);
      throw new Error('changed my mind');
    });
    const [first, second] = await Promise.allSettled([
      failing,
      accepted.remember(WORKSPACE, 'ses_apart', [message]),
    ]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
    expect(await accepted.find(WORKSPACE, 'ses_apart', 'm1')).toEqual(message);
    expect(await accepted.find(WORKSPACE, 'ses_apart', 'm2')).toBeNull();
  });
});

describe('every table', () => {
  it('has the workspace in its primary key', async () => {
    const { rows } = await sql<{ name: string }>`select table_name as name from information_schema.tables t
      where table_schema = 'public' and table_name not like 'kysely%' and not exists (
        select 1 from information_schema.table_constraints c
        join information_schema.key_column_usage k on k.constraint_name = c.constraint_name
        where c.table_name = t.table_name and c.constraint_type = 'PRIMARY KEY' and k.column_name = 'workspace'
      )`.execute(db);
    expect(rows).toEqual([]);
  });
});

describe('accepted messages', () => {
  it('keep the hash and the first acknowledgement of every message id of a session', async () => {
    const accepted = new AcceptedMessageStore(db);
    await sessions.create(makeSession('ses_accepts'));
    await accepted.remember(WORKSPACE, 'ses_accepts', [
      { id: 'm1', hash: 'h1', acknowledgement: { turn: 1 } },
    ]);
    await accepted.remember(WORKSPACE, 'ses_accepts', [
      { id: 'm1', hash: 'h2', acknowledgement: { turn: 9 } },
    ]);
    expect(await accepted.find(WORKSPACE, 'ses_accepts', 'm1')).toEqual({
      id: 'm1',
      hash: 'h1',
      acknowledgement: { turn: 1 },
    });
    expect(await accepted.find(WORKSPACE, 'ses_once', 'm1')).toBeNull();
    expect(await accepted.find('other', 'ses_accepts', 'm1')).toBeNull();
  });
});
