import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectWholeFeed, ofType, textOf } from '../support/conversation-checks.ts';
import { deskTeam } from '../support/desk-team.ts';
import { createProductClient } from '../support/product-client.ts';
import type { Json, ProductClient } from '../support/product-client.ts';
import { makeProductFolder, PRODUCT_TIMEOUT_MS } from '../support/product.ts';
import type { Product, ProductFolder } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';

let folder: ProductFolder;
let product: Product;
let client: ProductClient;
/** Sessions whose tasks take some time: they are at it while other tests run. */
let letter: string;
let regatta: string;

beforeAll(async () => {
  folder = await makeProductFolder({ files: { desk: deskTeam } });
  product = await folder.start();
  client = createProductClient(product.url);
  letter = await openSession('Write a letter to the harbour office');
  regatta = await openSession('Plan the regatta together with others', { user: 'ada' });
}, PRODUCT_TIMEOUT_MS);
afterAll(() => folder.remove(), PRODUCT_TIMEOUT_MS);

const post = (path: string, body: unknown, headers?: Record<string, string>) =>
  client.request('POST', `/v1/sessions/${path}`, body, headers);
const get = async (path: string): Promise<Json> => (await client.request('GET', `/v1${path}`)).body;
const openSession = async (message?: string, more = {}): Promise<string> =>
  (await client.open({ team: 'desk', ...(message === undefined ? {} : { message }), ...more })).id;

/** Until the task begins to say something: its model is at it. */
async function isSpeaking(session: string, task: string): Promise<void> {
  const feed = await client.stream('GET', `/v1/sessions/${session}/tasks/${task}/events`);
  await feed.until(({ type, data }) => type === 'delta' && data.kind === 'text');
  feed.close();
}

/** One task at least has been seen, and all of them, with their completions, are over. */
async function endOfTasks(session: string, count = 1): Promise<Json[]> {
  await waitFor(async () => (await get(`/sessions/${session}/tasks`)).data.length >= count);
  await client.settled(session);
  return (await get(`/sessions/${session}/tasks`)).data;
}

describe('background agents over HTTP', () => {
  it('are started by hand, watched at work, steered, and told', async () => {
    const id = await openSession();
    const wish = { agent: 'researcher', task: 'Research the tides of Brittany', title: 'Tides' };
    const started = await post(`${id}/tasks`, wish);
    expect(started).toMatchObject({ status: 201, body: { agent: 'researcher', title: 'Tides', depth: 1 } });
    const task = started.body.id;
    await isSpeaking(id, task);
    const atWork = await get(`/sessions/${id}/tasks/${task}`);
    // It has reported its progress in the first step.
    expect(atWork).toMatchObject({ status: 'running', phase: 'model', step: 2, result: null });
    expect(atWork.progress).toMatchObject({ percent: 50 });
    const steered = await post(`${id}/tasks/${task}/messages`, { text: 'Leave out the spring tides.' });
    expect(steered).toMatchObject({ status: 202 });
    await endOfTasks(id);
    const done = await get(`/sessions/${id}/tasks/${task}`);
    expect(done).toMatchObject({ status: 'completed', error: null, partial: false });
    expect(done.result).toContain('Taken into account: Leave out the spring tides.');
    const transcript = await client.readTranscript(`${id}/tasks/${task}`);
    expect(transcript.map((message) => message.role)).toEqual([
      ...['user', 'assistant', 'tool', 'assistant'],
      ...['user', 'assistant'],
    ]);
    const feed = await client.readFeed(`${id}/tasks/${task}`);
    expect(feed.map((event) => event.offset)).toEqual(feed.map((_, index) => index + 1));
    expect(feed.at(-1)).toMatchObject({ type: 'task.finished', task, status: 'completed' });
    expect(await post(`${id}/tasks/${task}/messages`, { text: 'Too late' })).toMatchObject({
      ...{ status: 409, body: { type: 'urn:offstage:problem:task-finished' } },
    });
    const events = await client.readFeed(id);
    expectWholeFeed(events);
    expect(ofType(events, 'task.queued')).toMatchObject([{ task, cause: 'api' }]);
    expect(ofType(events, 'task.steered')).toMatchObject([{ task }]);
    const told = (await client.readTranscript(id)).at(-1);
    expect(textOf(told)).toContain('The task “Tides” of researcher is done.');
  });

  it('are stopped with those below them; what they had said is kept', async () => {
    const id = await openSession('Plan the harbour festival together with others');
    const tree = await waitFor(async () => {
      const { data } = await get(`/sessions/${id}/tasks`);
      return data.length === 2 && data.every((each: Json) => each.status === 'running') ? data : null;
    });
    const [lead, researcher] = tree;
    expect(tree).toMatchObject([
      { agent: 'lead', depth: 1, starter: { session: id } },
      { agent: 'researcher', depth: 2, starter: { task: lead.id } },
    ]);
    await isSpeaking(id, researcher.id);
    expect((await get(`/sessions/${id}/tasks/${lead.id}`)).tasks).toMatchObject([{ id: researcher.id }]);
    const { body: receipt } = await post(`${id}/tasks/${lead.id}/stop`, {});
    expect(receipt).toMatchObject({ mode: 'now', changed: true });
    expect(receipt.tasks.map((each: Json) => each.id).toSorted()).toEqual(
      [lead.id, researcher.id].toSorted(),
    );
    const ended = await endOfTasks(id, 2);
    expect(ended.map((each) => each.status)).toEqual(['cancelled', 'cancelled']);
    const below = await get(`/sessions/${id}/tasks/${researcher.id}`);
    expect(below).toMatchObject({ status: 'cancelled', partial: true });
    expect(below.output).toContain('Demo output');
    expect((await post(`${id}/tasks/${lead.id}/stop`, {})).body).toMatchObject({ changed: false });
    expectWholeFeed(await client.readFeed(id));
  });

  it('are stopped by plain words', async () => {
    const id = await openSession('Write a letter about the tides of Brittany');
    await waitFor(async () => (await get(`/sessions/${id}/tasks`)).data[0]?.status === 'running');
    const { reply } = await client.ask(id, 'Please stop the work on the tides');
    expect(textOf(reply)).toMatch(/stopped/i);
    const [task] = await endOfTasks(id);
    expect(task).toMatchObject({ status: 'cancelled' });
    expectWholeFeed(await client.readFeed(id));
  });

  it('save files that can be read', async () => {
    const [{ id: task }] = (await endOfTasks(letter)) as [Json];
    const { files } = await get(`/sessions/${letter}/tasks/${task}`);
    expect(files).toMatchObject([{ mediaType: 'text/markdown', name: expect.stringMatching(/\.md$/) }]);
    const read = await client.request('GET', `/v1/files/${files[0].id}`);
    expect(read.headers.get('content-type')).toContain('text/markdown');
    expect(read.body).toContain('Demo output: written by rules');
    expect(textOf((await client.readTranscript(letter)).at(-1))).toContain(files[0].name);
  });

  it('get the files and the variables that they are started with, and are started once for a key', async () => {
    const id = await openSession();
    const file = await client.upload(Buffer.from('Low water at noon.'), 'note.txt', 'text/plain');
    const wish = {
      ...{ agent: 'researcher', task: 'Research the low water', key: 'low-water', notify: 'never' },
      ...{ attachments: [file.id], variables: { place: 'Brest' }, expectedOutput: 'One table' },
    };
    const [first, second] = [await post(`${id}/tasks`, wish), await post(`${id}/tasks`, wish)];
    expect([first?.status, second?.status]).toEqual([201, 200]);
    expect(second?.body.id).toBe(first?.body.id);
    const task = first?.body.id;
    await waitFor(async () => (await get(`/sessions/${id}/tasks/${task}`)).status === 'completed');
    const [asked] = await client.readTranscript(`${id}/tasks/${task}`);
    for (const part of [
      'Research the low water',
      'One table',
      '"place":"Brest"',
      `note.txt (text/plain, id ${file.id})`,
    ])
      expect(textOf(asked)).toContain(part);
    expect((await get(`/sessions/${id}/tasks/${task}`)).result).toContain('document note.txt');
    await waitFor(async () => ofType(await client.readFeed(id), 'task.finished').length === 1);
    expect(ofType(await client.readFeed(id), 'turn.started')).toEqual([]);
  });

  it('are started by a signal of any Temporal client, which tells a refusal in the feed', async () => {
    const id = await openSession();
    const signal = (input: Json) =>
      promisify(execFile)(process.env['TEST_TEMPORAL_CLI'] ?? '', [
        ...['workflow', 'signal', '--address', product.temporalAddress, '--name', 'startTask'],
        ...['--workflow-id', `ws/default/session/${id}`, '--input', JSON.stringify(input)],
      ]);
    await signal({ agent: 'researcher', task: 'Research the tides of Fundy', title: 'Fundy' });
    await signal({ agent: 'gardener', task: 'Cut the hedge' });
    const [task] = await endOfTasks(id);
    expect(task).toMatchObject({ status: 'completed', title: 'Fundy', notice: { state: 'spoken' } });
    const events = await client.readFeed(id);
    expectWholeFeed(events);
    expect(ofType(events, 'task.queued')).toMatchObject([{ cause: 'signal' }]);
    expect(ofType(events, 'task.refused')).toMatchObject([
      { agent: 'gardener', reason: expect.stringContaining('researcher, lead, almanac') },
    ]);
  });

  it('are listed over all sessions, by status, agent and person', async () => {
    const id = regatta;
    await endOfTasks(id, 2);
    const list = async (query: string) => (await get(`/tasks?${query}`)).data;
    const [newest, older] = await list('user=ada');
    expect([newest, older]).toMatchObject([
      { agent: 'researcher', session: id, depth: 2, status: 'completed' },
      { agent: 'lead', session: id, depth: 1, status: 'completed' },
    ]);
    expect((await list('user=ada&agent=lead')).map((each: Json) => each.id)).toEqual([older.id]);
    expect(await list('user=ada&status=failed')).toEqual([]);
    const { result } = await get(`/sessions/${id}/tasks/${older.id}`);
    expect(result).toContain('of researcher is done');
    expectWholeFeed(await client.readFeed(id));
  });
});
