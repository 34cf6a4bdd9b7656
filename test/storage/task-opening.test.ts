import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Store } from '../../storage/store.ts';
import { inSession, makeTask, makeUserRow, textsOf, WORKSPACE } from './store-fixture.ts';
import { useSession } from './use-session.ts';

const TASK = 'agent_task_1';
const here = useSession();
let store: Store;
let session: string;

const idOf = (task = TASK) => ({ workspace: WORKSPACE, session, task });

beforeEach(() => {
  ({ store, session } = here());
});

describe('a task that is opened', () => {
  it('stays as it is when it is opened again', async () => {
    await store.tasks.open(makeTask(session, TASK));
    await store.tasks.markStarted(idOf(), 5);
    await store.tasks.open(makeTask(session, TASK, { text: 'Something else.' }));
    expect(await store.tasks.get(idOf())).toMatchObject({
      text: 'Find the opening hours.',
      status: 'running',
      startedAt: 5,
    });
    expect(textsOf(await store.transcript.read(inSession(session, TASK)))).toEqual([
      'Find the opening hours.',
    ]);
  });

  it('is opened together with others, those that are there staying as they are', async () => {
    await store.tasks.open(makeTask(session, TASK));
    const others = Array.from({ length: 50 }, (_, index) => `agent_other_${index}`);
    const requests = others.map((id) => makeTask(session, id, { text: `Do ${id}.` }));
    await store.tasks.open(makeTask(session, TASK, { text: 'Something else.' }), ...requests);
    const tasks = await store.tasks.listBySession(WORKSPACE, session);
    expect(tasks.map(({ text }) => text).toSorted()).toEqual(
      ['Find the opening hours.', ...requests.map(({ text }) => text)].toSorted(),
    );
    const said = await Promise.all(others.map((id) => store.transcript.read(inSession(session, id))));
    expect(said.map((rows) => textsOf(rows))).toEqual(requests.map(({ text }) => [text]));
  });

  it('of a session that is gone is refused', async () => {
    await expect(store.tasks.open(makeTask('ses_gone', TASK))).rejects.toMatchObject({
      type: 'session.not_found',
    });
  });

  it('gets the conversation of its starter when that is asked for', async () => {
    await store.transcript.append(inSession(session), [makeUserRow([1, 1, 0], 'm1', 'I live in Graz.')]);
    await store.tasks.open(makeTask(session, TASK, { context: 'all' }));
    await store.tasks.open(makeTask(session, 'agent_task_2', { context: 'none' }));
    await store.tasks.open(makeTask(session, 'agent_task_3', { context: 'all', starter: { task: TASK } }));
    const textOf = async (task: string) => textsOf(await store.transcript.read(inSession(session, task)))[0];
    expect(await textOf(TASK)).toContain('<conversation>\nUser: I live in Graz.\n</conversation>');
    expect(await textOf('agent_task_2')).not.toContain('Graz');
    expect(await textOf('agent_task_3')).toContain('User: Find the opening hours.');
  });
});
