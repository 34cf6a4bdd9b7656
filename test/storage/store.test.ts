import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConversationEvent } from '../../protocol/events.ts';
import { DEFAULT_LIMITS } from '../../protocol/team.ts';
import type { Team } from '../../protocol/team.ts';
import type { Store, StoreOptions } from '../../storage/store.ts';
import { openStore } from '../../storage/store.ts';
import { inSession, makeReply, makeSession, makeUserRow, textsOf, WORKSPACE } from './store-fixture.ts';
import { makeStorePlace } from './store-place.ts';

let folder: string;
let place: StoreOptions;
let store: Store;
const conversation = inSession('ses_1');

const team: Team = {
  name: 'support',
  version: 'v1',
  entry: 'zoe',
  agents: {},
  models: { zeta: {} as never, alpha: {} as never },
  limits: DEFAULT_LIMITS,
  onClose: 'stop',
  unavailable: [],
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offstage-store-'));
  place = await makeStorePlace(folder);
  store = await openStore(place);
  await store.sessions.create(makeSession('ses_1'));
});

afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

describe('events', () => {
  const makeEvent = (offset: number, reason: string): ConversationEvent => ({
    offset,
    at: 1,
    type: 'session.closing',
    reason,
  });

  it('are read in order from an offset on, and an offset is what was told of it last', async () => {
    await store.events.append(conversation, [makeEvent(2, 'b'), makeEvent(1, 'a')]);
    await store.events.append(conversation, [makeEvent(2, 'other'), makeEvent(3, 'c')]);
    expect(await store.events.read(conversation, 2, 10)).toEqual([makeEvent(2, 'other'), makeEvent(3, 'c')]);
    expect(await store.events.read(conversation, 1, 1)).toEqual([makeEvent(1, 'a')]);
    expect(await store.events.read({ ...conversation, task: 'agent_task_1' }, 1, 10)).toEqual([]);
    expect(await store.events.lastOffset(conversation)).toBe(3);
    const { type } = makeEvent(1, 'a');
    expect(await store.events.readOfTypes(conversation, [conversation.task], [type])).toHaveLength(3);
    expect(await store.events.readOfTypes(conversation, ['agent_task_1'], [type])).toEqual([]);
    expect(await store.events.readOfTypes(conversation, [conversation.task], ['turn.started'])).toEqual([]);
    expect(await store.events.readOfTypes(conversation, [], [type])).toEqual([]);
    expect(await store.events.lastOffset({ ...conversation, workspace: 'other' })).toBe(0);
  });

  it('of a long run are written at once', async () => {
    await store.sessions.create(makeSession('ses_long'));
    const events = Array.from({ length: 14_000 }, (_, index) => makeEvent(index + 1, 'x'));
    await store.events.append(inSession('ses_long'), events);
    expect(await store.events.lastOffset(inSession('ses_long'))).toBe(14_000);
  });
});

describe('partial output', () => {
  const flush = (step: number, attempt: number, text: string) =>
    store.partials.flush(conversation, { turn: 1, step, attempt, text });
  const read = async () => (await store.partials.read(conversation))?.text ?? null;

  it('is replaced by what comes later, not by a straggler', async () => {
    expect(await read()).toBeNull();
    await flush(1, 1, 'He');
    await flush(1, 1, 'Hello');
    await flush(1, 2, 'H');
    await flush(1, 1, 'Hello wor');
    expect(await read()).toBe('H');
    expect(await store.partials.read({ ...conversation, task: 'agent_task_1' })).toBeNull();
    await store.partials.clear(conversation);
    expect(await read()).toBeNull();
  });

  it('does not come back after the reply was stored', async () => {
    await store.transcript.openStep(conversation, { turn: 1, step: 1, run: 'run-1', head: [1, 1, 0] });
    await store.transcript.commitReply(conversation, makeReply([1, 1, 1], 'Hello world'));
    await flush(1, 1, 'Hello w');
    expect(await read()).toBeNull();
    await flush(2, 1, 'next');
    expect(await read()).toBe('next');
  });
});

describe('teams', () => {
  it('are kept by version, as they were first stored, their keys in order', async () => {
    await store.teams.put(WORKSPACE, team);
    await store.teams.put(WORKSPACE, { ...team, name: 'other' });
    expect(JSON.stringify(await store.teams.get(WORKSPACE, 'v1'))).toBe(JSON.stringify(team));
    expect(await store.teams.get(WORKSPACE, 'v2')).toBeNull();
    expect(await store.teams.get('other', 'v1')).toBeNull();
  });
});

describe('files', () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
  const file = {
    workspace: WORKSPACE,
    id: 'file_1',
    session: null,
    principal: 'development',
    task: null,
    name: 'scan.png',
    mediaType: 'image/png',
    createdAt: 7,
  };

  it('give back the bytes that were put, and are written once', async () => {
    const meta = await store.files.put({ ...file, bytes });
    expect(meta).toEqual({ ...file, size: 300 });
    expect(await store.files.put({ ...file, bytes: new Uint8Array([1]) })).toEqual(meta);
    const stored = await store.files.get(WORKSPACE, 'file_1');
    expect([...(stored?.bytes ?? [])]).toEqual([...bytes]);
    expect(await store.files.get('other', 'file_1')).toBeNull();
    expect(await store.files.meta('other', 'file_1')).toBeNull();
  });

  it('take the bytes of a Buffer', async () => {
    await store.files.put({ ...file, id: 'file_b', bytes: Buffer.from('hello') });
    expect(Buffer.from((await store.files.get(WORKSPACE, 'file_b'))?.bytes ?? []).toString()).toBe('hello');
  });

  it('belong to the first session that uses them, and to the task that saved them', async () => {
    await store.sessions.create(makeSession('ses_2'));
    await store.files.put({ ...file, id: 'file_2', bytes });
    await store.files.assign(WORKSPACE, 'ses_1', ['file_2']);
    await store.files.assign(WORKSPACE, 'ses_2', ['file_2']);
    expect(await store.files.meta(WORKSPACE, 'file_2')).toMatchObject({ session: 'ses_1' });
    await store.files.put({ ...file, id: 'file_3', session: 'ses_1', task: 'agent_task_1', bytes });
    const saved = await store.files.listByTask(WORKSPACE, 'ses_1', 'agent_task_1');
    expect(saved.map(({ id }) => id)).toEqual(['file_3']);
  });

  it('are gone when they are removed', async () => {
    await store.files.put({ ...file, id: 'file_4', bytes });
    expect(await store.files.remove('other', 'file_4')).toBe(false);
    expect(await store.files.remove(WORKSPACE, 'file_4')).toBe(true);
    expect(await store.files.meta(WORKSPACE, 'file_4')).toBeNull();
  });
});

describe('todos', () => {
  it('are kept for each conversation', async () => {
    expect(await store.todos.get(conversation)).toBeNull();
    await store.todos.update(conversation, () => ['a']);
    expect(await store.todos.get(conversation)).toEqual(['a']);
    expect(await store.todos.get({ ...conversation, task: 'agent_task_1' })).toBeNull();
  });

  it('keep what several calls of one step add at once', async () => {
    const task = { ...conversation, task: 'agent_task_2' };
    const add = (item: string) => store.todos.update<string[]>(task, (items) => [...(items ?? []), item]);
    await Promise.all(['a', 'b', 'c'].map(add));
    expect((await store.todos.get<string[]>(task))?.toSorted()).toEqual(['a', 'b', 'c']);
  });
});

describe('a store that is opened again', () => {
  it('has what was written before', async () => {
    await store.sessions.create(makeSession('ses_kept'));
    await store.transcript.append(inSession('ses_kept'), [makeUserRow([1, 1, 0], 'm1', 'kept')]);
    await store.close();
    await expect(store.ping()).rejects.toThrow();
    store = await openStore(place);
    await store.ping();
    expect(textsOf(await store.transcript.read(inSession('ses_kept')))).toEqual(['kept']);
    expect(await store.teams.get(WORKSPACE, 'v1')).toEqual(team);
  });
});
