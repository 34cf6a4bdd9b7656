/** What one connection can never show: transactions of several processes, at the same time, on the same rows. */
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openServerDatabase } from '../../storage/open-database.ts';
import type { Store } from '../../storage/store.ts';
import type { Place } from '../../protocol/transcript.ts';
import { openStore } from '../../storage/store.ts';
import { StoreError } from '../../storage/store-error.ts';
import { askDatabase } from '../support/create-database.ts';
import { makeTestDatabase } from '../support/run-postgres.ts';
import {
  inSession,
  makeFinish,
  makeReply,
  makeSession,
  makeTask,
  makeUserRow,
  textsOf,
  WORKSPACE,
} from './store-fixture.ts';

let url: string;
/** Two processes. */
let stores: Store[];

beforeAll(async () => {
  url = await makeTestDatabase();
  stores = await Promise.all([1, 2].map(() => openStore({ dataFolder: null, databaseUrl: url })));
});

afterAll(() => Promise.all(stores.map((store) => store.close())));

/** Both stores do it, several times each, all at once. */
function race<T>(times: number, run: (store: Store, index: number) => Promise<T>): Promise<T[]> {
  const runs = Array.from({ length: times }, (_, index) =>
    stores.map((store, of) => run(store, 2 * index + of)),
  );
  return Promise.all(runs.flat());
}

async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof StoreError) return error.type;
    throw error;
  }
}

const first = (): Store => stores[0] as Store;

describe('a database', () => {
  it('that is empty gets its tables once, however many processes start on it at once', async () => {
    const empty = await makeTestDatabase();
    const opened = await Promise.all(Array.from({ length: 6 }, () => openServerDatabase(empty)));
    const versions = await Promise.all(
      opened.map((db) =>
        db
          .selectFrom('kysely_migration' as never)
          .selectAll()
          .execute(),
      ),
    );
    const known = await readdir(new URL('../../storage/migrations', import.meta.url));
    expect(versions.map(({ length }) => length)).toEqual(Array(6).fill(known.length));
    await Promise.all(opened.map((db) => db.destroy()));
  });

  it('that a newer version has changed is left alone, with what to do', async () => {
    const url = await makeTestDatabase();
    const db = await openServerDatabase(url);
    await sql`insert into kysely_migration values ('9999-future', '2030-01-01')`.execute(db);
    await db.destroy();
    await expect(openServerDatabase(url)).rejects.toThrow(
      /newer version of Offstage: it has 9999-future.*Start that version, or restore a backup/,
    );
  });
});

describe('at the same time', () => {
  it('one of many creates a session, and all get the same one', async () => {
    const titles = await race(5, async (store, index) => {
      const session = await store.sessions.create(makeSession('ses_once', { title: `title ${index}` }));
      return session.title;
    });
    expect(new Set(titles).size).toBe(1);
  });

  it('one of many begins a request, also when it is abandoned in between', async () => {
    const key = (name: string) => ({ workspace: WORKSPACE, principal: 'p', route: 'r', key: name });
    const states = await race(8, (store) => store.requests.begin(key('once'), 'h', 1));
    expect(states.filter(({ state }) => state === 'new')).toHaveLength(1);
    const seen = await race(20, async (store) => {
      const { state } = await store.requests.begin(key('again'), 'h', 1);
      if (state === 'new') await store.requests.abandon(key('again'));
      return state;
    });
    expect(seen).toContain('new');
    expect(seen.every((state) => state === 'new' || state === 'in_progress')).toBe(true);
  });

  it('many workers commit a reply to one step, and all get the one that is stored', async () => {
    await first().sessions.create(makeSession('ses_reply'));
    const conversation = inSession('ses_reply');
    await first().transcript.openStep(conversation, { turn: 1, step: 1, run: 'run-1', head: [1, 1, 0] });
    const replies = await race(6, (store, index) =>
      store.transcript.commitReply(
        conversation,
        makeReply([1, 1, 0], `answer ${index}`, { id: `msg_${index}` }),
      ),
    );
    expect(new Set(replies.map(({ id }) => id)).size).toBe(1);
    expect(await first().transcript.read(conversation)).toHaveLength(1);
  });

  it('a step is opened for a new run and written by the old one: the old one writes nothing afterwards', async () => {
    await first().sessions.create(makeSession('ses_zombie'));
    const conversation = inSession('ses_zombie');
    await first().transcript.openStep(conversation, { turn: 1, step: 1, run: 'run-1', head: [1, 1, 0] });
    const ends = await race(6, (store, index) =>
      index % 2 === 0
        ? reasonOf(
            store.transcript.openStep(conversation, { turn: 1, step: 1, run: 'run-2', head: [1, 1, 0] }),
          )
        : reasonOf(store.transcript.commitReply(conversation, makeReply([1, 1, 0], 'old'))),
    );
    const opened = ends.filter((_, index) => index % 2 === 0);
    expect(opened).toEqual(opened.map(() => 'done'));
    expect(ends.every((end) => end === 'done' || end === 'transcript.stale_step')).toBe(true);
    expect(await first().transcript.read(conversation)).toEqual([]);
    const late = first().transcript.commitReply(conversation, makeReply([1, 1, 0], 'old'));
    expect(await reasonOf(late)).toBe('transcript.stale_step');
  });

  it('tools of one step store their results, each once', async () => {
    await first().sessions.create(makeSession('ses_tools'));
    const conversation = inSession('ses_tools');
    const put = (store: Store, ordinal: number) =>
      store.transcript.putToolResult(conversation, {
        ...{
          place: [1, 1, ordinal] as [number, number, number],
          id: `msg_${ordinal}`,
          call: `call_${ordinal}`,
        },
        ...{ tool: 'think', outcome: 'ok' as const, text: `result ${ordinal}`, at: 1, run: 'run-1' },
      });
    await race(10, (store, index) => put(store, Math.floor(index / 2)));
    expect(textsOf(await first().transcript.read(conversation))).toEqual(
      Array.from({ length: 10 }, (_, ordinal) => `result ${ordinal}`),
    );
  });

  it('a running call is flushed and its reply stored: nothing partial is left', async () => {
    await first().sessions.create(makeSession('ses_partial'));
    const conversation = inSession('ses_partial');
    for (let step = 1; step <= 10; step += 1) {
      await first().transcript.openStep(conversation, { turn: 1, step, run: 'run-1', head: [1, step, 0] });
      await race<unknown>(3, (store, index) =>
        index === 2
          ? store.transcript.commitReply(conversation, makeReply([1, step, 0], 'whole'))
          : store.partials.flush(conversation, { turn: 1, step, attempt: 1, text: 'wh' }),
      );
      expect(await first().partials.read(conversation)).toBeNull();
    }
  });

  it('a task is ended by several, and the first one stays', async () => {
    await first().sessions.create(makeSession('ses_task'));
    await race(4, (store) => store.tasks.open(makeTask('ses_task', 'agent_task_1')));
    const ends = await race(4, (store, index) => {
      const status = index % 2 === 0 ? ('completed' as const) : ('failed' as const);
      return store.tasks.finish({ ...makeFinish('ses_task', 'agent_task_1'), status });
    });
    expect(new Set(ends.map((end) => end?.status)).size).toBe(1);
    const rows = await first().transcript.read(inSession('ses_task', 'agent_task_1'));
    expect(rows).toHaveLength(1);
  });

  it('a session is deleted and written to: what comes later is refused, and no row is left', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = `ses_gone_${round}`;
      await first().sessions.create(makeSession(id));
      const ends = await race(4, async (store, index) => {
        if (index === 3) return store.sessions.remove(WORKSPACE, id);
        const step = { turn: 1, step: 1, run: 'run-1', head: [1, 1, index] as Place };
        return reasonOf(
          store.transcript.openStep(inSession(id), step, [makeUserRow([1, 1, index], `m${index}`, 'x')]),
        );
      });
      expect(ends[3]).toBe(true);
      const allowed = ['done', 'session.not_found', 'transcript.stale_step'];
      expect(ends.filter((end) => end !== true && !allowed.includes(String(end)))).toEqual([]);
      expect(await first().transcript.read(inSession(id))).toEqual([]);
    }
  });
});

describe('a server', () => {
  it('gives times and counts as numbers', async () => {
    await first().sessions.create(makeSession('ses_numbers'));
    expect((await first().sessions.get(WORKSPACE, 'ses_numbers'))?.createdAt).toBe(1_700_000_000_000);
    expect(await first().events.lastOffset(inSession('ses_numbers'))).toBe(0);
  });

  it('whose tables a newer version changes meanwhile is asked on, also within a transaction', async () => {
    await first().sessions.create(makeSession('ses_changed'));
    const conversation = inSession('ses_changed');
    const inTransaction = (ordinal: number) =>
      first().transcript.putToolResult(conversation, {
        ...{ place: [1, 1, ordinal], id: `msg_${ordinal}`, call: `call_${ordinal}`, tool: 'think' },
        ...{ outcome: 'ok', text: 'well', at: 1, run: 'run-1' },
      });
    const alone = () => first().sessions.get(WORKSPACE, 'ses_changed');
    // Often enough for every statement to have its plan.
    for (let use = 1; use <= 4; use += 1) await inTransaction(use);
    await askDatabase(url, 'alter table transcript_rows add column of_tomorrow text not null default 0');
    await inTransaction(5);
    for (let use = 1; use <= 4; use += 1) await alone();
    await askDatabase(url, 'alter table sessions add column of_tomorrow text');
    expect(await alone()).toMatchObject({ id: 'ses_changed' });
    expect(await first().transcript.read(conversation)).toHaveLength(5);
  });

  it('that ends connections is asked again by new ones', async () => {
    await first().ping();
    await askDatabase(
      url,
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
    );
    // Those that were ended are found out at their next use, if not before.
    await Promise.allSettled(Array.from({ length: 20 }, () => first().ping()));
    await first().ping();
  });

  it.each([
    ['is not there', () => Promise.resolve(withPort(url, '1')), 'ECONNREFUSED', 'Start the server'],
    [
      'lacks the database',
      () => Promise.resolve(withName(url, 'absent')),
      'does not exist',
      'Create the database',
    ],
    ['has a database of another encoding', () => makeTestDatabase('SQL_ASCII'), 'SQL_ASCII', 'UTF8'],
  ])(
    'that %s is named, with the reason and what to do, without the password',
    async (_what, place, reason, todo) => {
      const databaseUrl = await place();
      const failure: unknown = await openStore({ dataFolder: null, databaseUrl }).catch(
        (error: unknown) => error,
      );
      const { host, pathname } = new URL(databaseUrl);
      expect(String(failure)).toContain(`PostgreSQL at ${host}, database "${pathname.slice(1)}"`);
      expect(String(failure)).toContain(reason);
      expect(String(failure)).toContain(todo);
      expect(String(failure)).not.toContain(new URL(databaseUrl).password);
    },
  );
});

function withPort(address: string, port: string): string {
  return Object.assign(new URL(address), { port }).href;
}

function withName(address: string, name: string): string {
  return Object.assign(new URL(address), { pathname: `/${name}` }).href;
}
