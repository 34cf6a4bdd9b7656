import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ConversationEvent } from '../../protocol/events.ts';
import type { NewRow, TaskOutcome } from '../../protocol/transcript.ts';
import type { Store } from '../../storage/store.ts';
import {
  inSession,
  makeFinish,
  makeReply,
  makeSession,
  makeTask,
  makeUserRow,
  textsOf,
  usage,
  WORKSPACE,
} from './store-fixture.ts';
import { useSession } from './use-session.ts';

const TASK = 'agent_task_1';
const here = useSession();
let store: Store;
let session: string;

const idOf = (task = TASK) => ({ workspace: WORKSPACE, session, task });
const say = async (step: number, text: string) => {
  await store.transcript.openStep(inSession(session, TASK), {
    turn: 1,
    step,
    run: 'run-1',
    head: [1, step, 0],
  });
  await store.transcript.commitReply(inSession(session, TASK), makeReply([1, step, 5], text));
};
const putFile = (
  id: string,
  name: string,
  mediaType: string,
  change: { session?: string; task?: string } = {},
) =>
  store.files.put({
    workspace: WORKSPACE,
    id,
    session: null,
    principal: 'development',
    task: null,
    name,
    mediaType,
    bytes: new Uint8Array([1, 2, 3]),
    createdAt: 1,
    ...change,
  });

beforeEach(() => {
  ({ store, session } = here());
});

describe('the progress of a task', () => {
  it('is the latest that it told, until it ends', async () => {
    const told = async () => (await store.tasks.get(idOf()))?.progress;
    await store.tasks.open(makeTask(session, TASK));
    expect(await told()).toBeNull();
    await store.tasks.setProgress(idOf(), { message: 'reads', percent: null });
    await store.tasks.setProgress(idOf(), { message: 'writes \u0000', percent: 50 });
    expect(await told()).toEqual({ message: 'writes \ufffd', percent: 50 });
    await store.tasks.finish(makeFinish(session, TASK));
    await store.tasks.setProgress(idOf(), { message: 'late', percent: 99 });
    expect(await told()).toEqual({ message: 'writes \ufffd', percent: 50 });
  });
});

describe('a task that is opened', () => {
  it('is queued, with its text as the first message of its transcript', async () => {
    await store.tasks.open(makeTask(session, TASK, { expectedOutput: 'One line.' }));
    expect(await store.tasks.get(idOf())).toMatchObject({
      id: TASK,
      status: 'queued',
      startedAt: null,
      result: null,
      starter: null,
    });
    const rows = await store.transcript.read(inSession(session, TASK));
    expect(rows).toMatchObject([{ place: [1, 1, 0], role: 'user', id: `msg_${TASK}` }]);
    expect(textsOf(rows)).toEqual(['Find the opening hours.\n\nExpected output: One line.']);
  });

  it('gets images and documents as content, other files by their id', async () => {
    await putFile(`file_a${session}`, 'scan.png', 'image/png');
    await putFile(`file_b${session}`, 'plan.pdf', 'application/pdf', { session });
    await putFile(`file_c${session}`, 'talk.mp3', 'audio/mpeg');
    await store.sessions.create(makeSession('ses_else'));
    await putFile(`file_d${session}`, 'theirs.png', 'image/png', { session: 'ses_else' });
    const attachments = ['a', 'b', 'c', 'd'].map((letter) => `file_${letter}${session}`);
    await store.tasks.open(makeTask(session, TASK, { attachments }));
    const [row] = await store.transcript.read(inSession(session, TASK));
    expect(row?.content).toEqual([
      { type: 'text', text: expect.stringContaining(`talk.mp3 (audio/mpeg, id ${attachments[2]})`) },
      { type: 'image', fileId: attachments[0], mediaType: 'image/png' },
      { type: 'document', fileId: attachments[1], mediaType: 'application/pdf' },
    ]);
    expect(row?.content[0]).toMatchObject({ text: expect.stringContaining(`${attachments[3]}: not found`) });
  });
});

describe('a task that ends', () => {
  beforeEach(() => store.tasks.open(makeTask(session, TASK)));

  it('leaves the last words of its transcript as its result, with its last rows and events', async () => {
    await say(1, 'Let me look.');
    await say(2, 'Nine to five.');
    await say(3, '');
    await putFile(`file_r${session}`, 'hours.md', 'text/markdown', { session, task: TASK });
    const events: ConversationEvent[] = [{ offset: 1, at: 1, type: 'session.closing', reason: 'done' }];
    const append = [makeUserRow([1, 4, 0], 'm9', 'too late')];
    const finished = await store.tasks.finish({ ...makeFinish(session, TASK), events, append });
    expect(finished).toMatchObject({
      status: 'completed',
      result: 'Nine to five.',
      files: 1,
      usage,
      partial: false,
    });
    expect(await store.events.read(inSession(session, TASK), 1, 10)).toEqual(events);
    expect(await store.transcript.message(inSession(session, TASK), 'm9')).not.toBeNull();
  });

  it('ends once: the first write wins', async () => {
    await say(1, 'Nine.');
    await store.tasks.finish(makeFinish(session, TASK));
    const error = { type: 'a.b', message: 'No.' };
    const append = [makeUserRow([1, 4, 0], 'm9', 'too late')];
    const again = await store.tasks.finish({ ...makeFinish(session, TASK), status: 'failed', error, append });
    expect(again).toMatchObject({ status: 'completed', result: 'Nine.', error: null });
    expect(await store.transcript.message(inSession(session, TASK), 'm9')).toBeNull();
    await store.tasks.markStarted(idOf(), 99);
    expect(await store.tasks.get(idOf())).toMatchObject({
      status: 'completed',
      startedAt: 1_700_000_002_000,
    });
  });

  it('by failure or a stop keeps what its running call had said', async () => {
    await say(1, 'Let me look.');
    await store.partials.flush(inSession(session, TASK), { turn: 1, step: 2, attempt: 1, text: 'Nine t' });
    const error = { type: 'task.terminated', message: 'Gone.' };
    const finished = await store.tasks.finish({ ...makeFinish(session, TASK), status: 'failed', error });
    expect(finished).toMatchObject({ status: 'failed', result: 'Nine t', partial: true, error });
  });

  it('by a stop after its last reply keeps that reply', async () => {
    await say(1, 'Let me look.');
    const finished = await store.tasks.finish({ ...makeFinish(session, TASK), status: 'cancelled' });
    expect(finished).toMatchObject({ status: 'cancelled', result: 'Let me look.', partial: true });
  });

  it('without a word has no result and is not partial', async () => {
    const finished = await store.tasks.finish({ ...makeFinish(session, TASK), status: 'cancelled' });
    expect(finished).toMatchObject({ result: null, partial: false });
  });

  it('after its session was deleted leaves nothing', async () => {
    await store.sessions.remove(WORKSPACE, session);
    const append = [makeUserRow([1, 4, 0], 'm9', 'too late')];
    expect(await store.tasks.finish({ ...makeFinish(session, TASK), append })).toBeNull();
    expect(await store.transcript.read(inSession(session, TASK))).toEqual([]);
  });
});

describe('rows about tasks', () => {
  const outcome: TaskOutcome = {
    task: TASK,
    agent: 'researcher',
    title: 'Look it up',
    status: 'completed',
    partial: false,
    runtimeMs: 1000,
  };

  beforeEach(async () => {
    await store.tasks.open(makeTask(session, TASK));
    await say(1, 'Nine to five.');
    await putFile(`file_n${session}`, 'hours.md', 'text/markdown', { session, task: TASK });
    await store.tasks.finish(makeFinish(session, TASK));
  });

  it('are written out with the result and the files that the store has', async () => {
    const born: NewRow[] = [
      { kind: 'completion', place: [2, 1, 0], id: 'm1', at: 1, tasks: [outcome] },
      {
        kind: 'tool_tasks',
        place: [2, 1, 1],
        id: 'm2',
        at: 1,
        call: 'call_1',
        tool: 'transfer_task',
        answer: { tasks: [outcome], timedOut: false, endedEarly: null, form: 'transfer' },
      },
    ];
    const preview = await store.transcript.preview(inSession(session), born);
    expect(await store.transcript.read(inSession(session))).toEqual([]);
    await store.transcript.append(inSession(session), born);
    const stored = await store.transcript.read(inSession(session));
    expect(preview).toEqual(stored);
    const [notice, answer] = stored;
    expect(notice).toMatchObject({ role: 'system', kind: 'completion' });
    expect(textsOf([notice!])[0]).toContain(
      `status="completed" runtime="1.0 s">\nNine to five.\nFile: hours.md`,
    );
    expect(answer).toMatchObject({ role: 'tool', call: 'call_1', tool: 'transfer_task', outcome: 'ok' });
    expect(textsOf([answer!])[0]).toContain('Nine to five.');
  });

  it('do not show what a task of another session said', async () => {
    await store.sessions.create(makeSession(`${session}_b`));
    await store.transcript.append(inSession(`${session}_b`), [
      { kind: 'completion', place: [2, 1, 0], id: 'm1', at: 1, tasks: [outcome] },
    ]);
    const texts = textsOf(await store.transcript.read(inSession(`${session}_b`)));
    expect(texts[0]).not.toContain('Nine to five.');
  });
});

describe('lists of tasks', () => {
  it('give a workspace newest first, filtered, in pages', async () => {
    const workspace = `ws${session}`;
    await store.sessions.create(makeSession(session, { workspace }));
    await store.sessions.create(makeSession('ses_b', { workspace, userId: 'u2' }));
    await store.tasks.open(makeTask(session, 'agent_task_1', { workspace, queuedAt: 1 }));
    await store.tasks.open(makeTask(session, 'agent_task_2', { workspace, queuedAt: 3, agent: 'writer' }));
    await store.tasks.open(makeTask('ses_b', 'agent_task_3', { workspace, queuedAt: 2 }));
    await store.tasks.markStarted({ workspace, session, task: 'agent_task_2' }, 4);
    const idsOf = async (filter: object) =>
      (await store.tasks.list(workspace, { limit: 10, ...filter })).data.map((task) => task.id);
    expect(await idsOf({})).toEqual(['agent_task_2', 'agent_task_3', 'agent_task_1']);
    expect(await idsOf({ user: 'u2' })).toEqual(['agent_task_3']);
    expect(await idsOf({ agent: 'writer' })).toEqual(['agent_task_2']);
    expect(await idsOf({ status: 'queued' })).toEqual(['agent_task_3', 'agent_task_1']);
    const { nextCursor } = await store.tasks.list(workspace, { limit: 2 });
    expect(await idsOf({ cursor: nextCursor ?? undefined })).toEqual(['agent_task_1']);
    expect((await store.tasks.list('elsewhere', { limit: 10 })).data).toEqual([]);
  });

  it('give a session oldest first, and by starter', async () => {
    await store.tasks.open(makeTask(session, 'agent_task_b', { queuedAt: 2 }));
    await store.tasks.open(makeTask(session, 'agent_task_a', { queuedAt: 1 }));
    await store.tasks.open(
      makeTask(session, 'agent_task_c', { queuedAt: 3, starter: { task: 'agent_task_a' } }),
    );
    const idsOf = (tasks: { id: string }[]) => tasks.map(({ id }) => id);
    expect(idsOf(await store.tasks.listBySession(WORKSPACE, session))).toEqual([
      'agent_task_a',
      'agent_task_b',
      'agent_task_c',
    ]);
    expect(idsOf(await store.tasks.listByStarter(WORKSPACE, session, null))).toEqual([
      'agent_task_a',
      'agent_task_b',
    ]);
    expect(idsOf(await store.tasks.listByStarter(WORKSPACE, session, 'agent_task_a'))).toEqual([
      'agent_task_c',
    ]);
    expect(await store.tasks.listBySession('elsewhere', session)).toEqual([]);
    expect(await store.tasks.get({ ...idOf('agent_task_a'), workspace: 'elsewhere' })).toBeNull();
  });
});
