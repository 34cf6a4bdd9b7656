import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { expectWholeFeed, expectWholeTranscript, ofType } from '../support/conversation-checks.ts';
import { textOf } from '../support/message-text.ts';
import { deskTeam } from '../support/desk-team.ts';
import { createProductClient } from '../support/product-client.ts';
import type { Json, OpenStream, ProductClient } from '../support/product-client.ts';
import { makeProductFolder, PRODUCT_TIMEOUT_MS } from '../support/product.ts';
import type { Product, ProductFolder } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';

let folder: ProductFolder;
let product: Product;
let client: ProductClient;

beforeAll(async () => {
  folder = await makeProductFolder({ files: { desk: deskTeam } });
  product = await folder.start();
  client = createProductClient(product.url);
}, PRODUCT_TIMEOUT_MS);
afterAll(() => folder.remove(), PRODUCT_TIMEOUT_MS);

const post = (path: string, body: unknown, headers?: Record<string, string>) =>
  client.request('POST', `/v1/sessions/${path}`, body, headers);
const get = (path: string) => client.request('GET', `/v1${path}`);

const durable = (stream: OpenStream): Json[] =>
  stream.events.filter((event) => event.id !== null).map((event) => event.data);
const saidIn = (stream: OpenStream): string =>
  stream.events
    .filter(({ type, data }) => type === 'delta' && data.kind === 'text')
    .map(({ data }) => data.text)
    .join('');
const isText = ({ type, data }: { type: string; data: Json }): boolean =>
  type === 'delta' && data.kind === 'text';

describe('a conversation over HTTP', () => {
  it('takes a message at once, and tells the end of the turn to those who prefer to wait', async () => {
    const { id, status, demo, agent } = await client.open({ team: 'desk' });
    expect({ status, demo, agent }).toEqual({ status: 'idle', demo: true, agent: 'root' });
    const taken = await post(`${id}/messages`, { text: 'What colour is the sky' });
    expect(taken).toMatchObject({ status: 202, body: { turn: 1, offset: 3 } });
    await client.settled(id);
    const waited = await post(`${id}/messages`, { text: 'And the sea' }, { Prefer: 'wait=30' });
    expect(waited).toMatchObject({ status: 200, body: { turn: 2, outcome: 'answered' } });
    expect(waited.headers.get('preference-applied')).toBe('wait=30');
    expect(textOf(waited.body.reply)).toContain('You said: “And the sea”');
    const transcript = await client.readTranscript(id);
    expectWholeTranscript(transcript);
    expect(transcript.map(({ role, turn }) => [role, turn])).toEqual([
      ...[
        ['user', 1],
        ['assistant', 1],
        ['user', 2],
        ['assistant', 2],
      ],
    ]);
  });

  it('streams a turn as the answer to its message: what was said in pieces is what is committed', async () => {
    const { id } = await client.open({ team: 'desk' });
    const turn = await client.stream('POST', `/v1/sessions/${id}/messages`, { text: 'Hello' });
    await turn.ended;
    const events = durable(turn);
    expect(events.map((event) => event.type)).toEqual([
      ...['message.queued', 'turn.started', 'step.started', 'message.committed', 'turn.finished'],
    ]);
    expect(saidIn(turn)).toBe(textOf(events[3]));
    expect(saidIn(turn)).toContain('entry149');
  });

  it('gives a reader who comes back all that an undisturbed one saw', async () => {
    const { id } = await client.open({ team: 'desk' });
    const undisturbed = await client.stream('GET', `/v1/sessions/${id}/events`);
    const first = await client.stream('GET', `/v1/sessions/${id}/events`);
    await post(`${id}/messages`, { text: 'Research the phases of the moon' });
    await first.until((event) => event.type === 'task.started');
    first.close();
    await first.ended;
    const last = first.events.findLast((event) => event.id !== null)?.id ?? 0;
    await client.settled(id);
    const again = await client.stream('GET', `/v1/sessions/${id}/events`, undefined, {
      'Last-Event-ID': String(last),
    });
    const isEnd = ({ type, data }: Json): boolean => type === 'turn.finished' && data.turn === 2;
    await again.until(isEnd);
    await undisturbed.until(isEnd);
    expect([...durable(first), ...durable(again)]).toEqual(durable(undisturbed));
    expect(durable(undisturbed)).toEqual(await client.readFeed(id));
    expectWholeFeed(durable(undisturbed));
    for (const stream of [undisturbed, again]) stream.close();

    const latest = await client.stream('GET', `/v1/sessions/${id}/events?from=latest`);
    const third = await client.stream('GET', `/v1/sessions/${id}/events?from=3`);
    expect((await third.until((event) => event.id !== null)).id).toBe(3);
    await client.ask(id, 'Thanks');
    const [next] = [await latest.until((event) => event.id !== null)];
    expect(next).toMatchObject({ id: durable(undisturbed).length + 1, type: 'message.queued' });
    for (const stream of [latest, third]) stream.close();
  });

  it('stops an answer in the middle, keeps what was said, and goes on', async () => {
    const { id } = await client.open({ team: 'desk' });
    const turn = await client.stream('POST', `/v1/sessions/${id}/messages`, { text: 'Hello' });
    await turn.until(isText);
    expect((await post(`${id}/interrupt`, {})).body).toEqual({ turn: 1, changed: true });
    await turn.ended;
    expect(durable(turn).at(-1)).toMatchObject({ type: 'turn.finished', outcome: 'interrupted' });
    expect((await post(`${id}/interrupt`, {})).body).toMatchObject({ changed: false });
    const [, said] = await client.readTranscript(id);
    expect(said).toMatchObject({ role: 'assistant', status: 'interrupted' });
    expect(saidIn(turn).startsWith(textOf(said))).toBe(true);
    expect(textOf(said)).not.toContain('entry149');
    expect(await client.ask(id, 'What colour is the sky')).toMatchObject({ turn: 2, outcome: 'answered' });
  });

  it('puts a message that comes during a turn where its delivery says', async () => {
    const { id } = await client.open({ team: 'desk' });
    const feed = await client.stream('GET', `/v1/sessions/${id}/events`);
    const list = ['the tides of Brittany', 'the tides of Fundy', 'the tides of Bristol'];
    const slow = `Research each of these: ${list.join(', ')}. ${'Mind the details of every one of them. '.repeat(5)}`;
    await post(`${id}/messages`, { text: slow });
    await feed.until(({ type }) => type === 'delta');
    const nextStep = await post(`${id}/messages`, { text: 'What colour is the sky' });
    const afterTurn = await post(`${id}/messages`, { text: 'And the sea', delivery: 'after_turn' });
    expect([nextStep, afterTurn]).toMatchObject([
      { status: 202, body: { turn: 1 } },
      { status: 202, body: { turn: 2 } },
    ]);
    await feed.until(({ type, data }) => type === 'turn.finished' && data.turn === 2);
    const steps = ofType(durable(feed), 'step.started');
    const next = steps.find((step) => step.offset > nextStep.body.offset);
    expect(next).toMatchObject({ turn: 1, inputs: [nextStep.body.message] });
    expect(steps.find((step) => step.turn === 2).inputs).toContain(afterTurn.body.message);
    feed.close();

    const other = (await client.open({ team: 'desk' })).id;
    const turn = await client.stream('POST', `/v1/sessions/${other}/messages`, { text: 'Hello' });
    await turn.until(isText);
    const instead = { text: 'What colour is the sky', delivery: 'interrupt' };
    const answered = await post(`${other}/messages`, instead, { Prefer: 'wait=30' });
    expect(answered.body).toMatchObject({ turn: 2, outcome: 'answered' });
    expect(ofType(await client.readFeed(other), 'turn.finished').map((event) => event.outcome)).toEqual([
      ...['interrupted', 'answered'],
    ]);
    expectWholeFeed(await client.settled(id).then(() => client.readFeed(id)));
  });

  it('takes an image and a PDF by their ids, and gives them back as they came', async () => {
    const image = await readFile('examples/support/kettle.png');
    const pdf = await readFile('examples/support/invoice.pdf');
    const photo = await client.upload(image, 'kettle.png', 'image/png');
    const invoice = await client.upload(pdf, 'Rechnung März.pdf', 'application/pdf');
    expect(invoice).toMatchObject({ name: 'Rechnung März.pdf', size: pdf.length });
    const { id } = await client.open({ team: 'desk' });
    const content = [
      { type: 'text', text: 'This is it' },
      { type: 'image', fileId: photo.id },
      { type: 'document', fileId: invoice.id },
    ];
    const { body } = await post(`${id}/messages`, { content }, { Prefer: 'wait=30' });
    expect(textOf(body.reply)).toContain('I received an image and a document Rechnung März.pdf.');
    const [asked] = await client.readTranscript(id);
    expect(asked.content).toMatchObject(content);
    const read = await fetch(`${product.url}/v1/files/${invoice.id}`);
    expect(read.headers.get('content-type')).toBe('application/pdf');
    expect(Buffer.from(await read.arrayBuffer()).equals(pdf)).toBe(true);
  });

  it('closes once, takes nothing more, and stays readable', async () => {
    const { id } = await client.open({ team: 'desk', message: 'What colour is the sky' });
    await client.settled(id);
    const feed = await client.stream('GET', `/v1/sessions/${id}/events`);
    expect(await post(`${id}/close`, { reason: 'done' })).toMatchObject({
      ...{ status: 200, body: { changed: true } },
    });
    await feed.ended;
    expect(durable(feed).at(-1)).toMatchObject({ type: 'session.closed', reason: 'done' });
    expect((await post(`${id}/close`, {})).body).toEqual({ status: 'closed', changed: false });
    expect(await post(`${id}/messages`, { text: 'Hello?' })).toMatchObject({
      ...{ status: 409, body: { type: 'urn:offstage:problem:session-closed' } },
    });
    expect((await get(`/sessions/${id}`)).body).toMatchObject({ status: 'closed', closeReason: 'done' });
    expect(await client.readTranscript(id)).toHaveLength(2);
    expect(await client.readFeed(id)).toEqual(durable(feed));
    const headers = { 'Last-Event-ID': String(durable(feed).length) };
    expect((await client.stream('GET', `/v1/sessions/${id}/events`, undefined, headers)).status).toBe(204);
  });

  it('deletes a session, its tasks, files and histories, even while a task runs', async () => {
    const { id } = await client.open({ team: 'desk', message: 'Write a letter to the harbour office' });
    const task = await waitFor(async () => {
      const { data } = (await get(`/sessions/${id}/tasks`)).body;
      return data.find((each: Json) => each.status === 'running')?.id as string | undefined;
    });
    expect((await client.request('DELETE', `/v1/sessions/${id}`)).status).toBe(204);
    for (const rest of ['', '/messages', '/events', '/tasks', `/tasks/${task}`]) {
      const answer = await get(`/sessions/${id}${rest}`);
      expect([rest, answer.status]).toEqual([rest, 404]);
    }
    expect((await client.request('DELETE', `/v1/sessions/${id}`)).status).toBe(404);
    expect((await get('/sessions?limit=200')).body.data.map((each: Json) => each.id)).not.toContain(id);
    // The server drops the histories of what has ended when it next tidies up; nothing of it runs any more.
    const connection = await Connection.connect({ address: product.temporalAddress });
    const query = `WorkflowId STARTS_WITH "ws/default/session/${id}" AND ExecutionStatus = "Running"`;
    const { count } = await new Client({ connection }).workflow.count(query);
    expect(count).toBe(0);
    await connection.close();
  });

  it('lists sessions newest first, page by page, by person, agent and status', async () => {
    const ids: string[] = [];
    for (const user of ['ada', { id: 'ada', name: 'Ada' }, 'bob'])
      ids.unshift((await client.open({ team: 'desk', user, metadata: { order: ids.length } })).id);
    const read = async (query: string): Promise<string[]> => {
      const found: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const { body } = await get(`/sessions?${query}${more}`);
        found.push(...body.data.map((session: Json) => session.id));
        cursor = body.nextCursor;
      }
      return found;
    };
    expect(await read('user=ada&limit=1')).toEqual(ids.slice(1));
    const all = await read('limit=2');
    expect(all.slice(0, 3)).toEqual(ids);
    expect(new Set(all).size).toBe(all.length);
    await post(`${ids[0]}/close`, {});
    await waitFor(async () => (await read('status=closed&user=bob')).length === 1);
    expect(await read('status=closed&user=ada')).toEqual([]);
    expect(await read('agent=researcher')).toEqual([]);
  });

  it('has one effect for one Idempotency-Key, also when it comes ten times at once', async () => {
    const key = (name: string) => ({ 'Idempotency-Key': name });
    const body = { team: 'desk', user: 'ivy' };
    const opened = await Promise.all(
      Array.from({ length: 10 }, () => client.request('POST', '/v1/sessions', body, key('open-1'))),
    );
    const ids = opened.map((answer) => [answer.status, answer.body.id]);
    expect(ids).toEqual(ids.map(() => [201, opened[0]?.body.id]));
    expect((await get('/sessions?user=ivy')).body.data).toHaveLength(1);
    const id = opened[0]?.body.id;

    const message = { text: 'What colour is the sky' };
    const sent = await Promise.all(
      Array.from({ length: 10 }, () => post(`${id}/messages`, message, key('say-1'))),
    );
    expect(sent.map((answer) => answer.body)).toEqual(sent.map(() => sent[0]?.body));
    await client.settled(id);
    const conflict = await post(`${id}/messages`, { text: 'Something else' }, key('say-1'));
    expect(conflict).toMatchObject({
      ...{ status: 422, body: { type: 'urn:offstage:problem:idempotency-key-reused' } },
    });
    expect((await post(`${id}/messages`, message, key('say-1'))).body).toEqual(sent[0]?.body);
    expect((await client.readTranscript(id)).map((each) => each.role)).toEqual(['user', 'assistant']);
  });
});
