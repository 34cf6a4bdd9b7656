import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defer } from '../support/deferred.ts';
import { waitFor } from '../support/wait-for.ts';
import { openStream } from './read-stream.ts';
import type { EventStream } from './read-stream.ts';
import { startRealApi } from './real-api.ts';
import type { RealApi } from './real-api.ts';

let api: RealApi;
beforeAll(async () => {
  api = await startRealApi();
});
afterAll(() => api.close());

const transfer = {
  call: [{ name: 'transfer_task', arguments: { agent: 'researcher', task: 'Look it up' } }],
};

const ofTask = (stream: EventStream) =>
  stream.events.flatMap(({ event, data }) => (event === 'task.event' ? [data] : []));
const typesOf = (stream: EventStream): string[] =>
  ofTask(stream)
    .map(({ event }) => event.type as string)
    .filter((type) => type !== 'delta');

describe('a transfer', () => {
  it('shows the events of its task in the stream of the session, marked with the task and without an id', async () => {
    const session = await api.open({
      root: [transfer, { say: 'It is this.' }],
      researcher: [{ say: 'This.' }],
    });
    const stream = await openStream(`${api.url}${session}/events`);
    await api.send('POST', `${session}/messages`, { text: 'What is it?' });
    await waitFor(() => typesOf(stream).includes('task.finished'));
    expect(typesOf(stream)).toEqual([
      'task.started',
      'turn.started',
      'step.started',
      'message.committed',
      'turn.finished',
      'task.finished',
    ]);
    const merged = stream.events.filter(({ event }) => event === 'task.event');
    expect(merged.map(({ id, data }) => [id === merged[0]?.id, data.task])).toEqual(
      merged.map(() => [true, merged[0]?.data.task]),
    );
    const own = stream.events.filter(({ event }) => event !== 'task.event' && event !== 'delta');
    const offsets = own.flatMap(({ data }) => (data.offset === undefined ? [] : [data.offset]));
    expect(offsets).toEqual(offsets.map((_, index) => index + 1));
    stream.leave();
  });

  it('is not followed any longer when the conversation goes on without it', async () => {
    const work = defer();
    const session = await api.open({
      root: [transfer, { say: 'It goes on beside us.' }, { say: 'There it is.' }],
      researcher: [{ say: 'Late.', after: work.promise }],
    });
    const stream = await openStream(`${api.url}${session}/events`);
    await api.send('POST', `${session}/messages`, { text: 'What is it?' });
    await waitFor(() => typesOf(stream).includes('step.started'));
    await api.send('POST', `${session}/messages`, { text: 'Hello?' });
    await waitFor(() => stream.events.some(({ event }) => event === 'task.detached'));
    work.resolve();
    await waitFor(() => stream.events.some(({ event }) => event === 'completion.spoken'));
    expect(typesOf(stream)).not.toContain('task.finished');
    stream.leave();
  });

  it('is not followed at all when the conversation went on before its task had started', async () => {
    const said = defer();
    const session = await api.open({
      root: [{ ...transfer, after: said.promise }, { say: 'It goes on beside us.' }, { say: 'There it is.' }],
      researcher: [{ say: 'Late.' }],
    });
    const stream = await openStream(`${api.url}${session}/events`);
    await api.send('POST', `${session}/messages`, { text: 'What is it?' });
    await waitFor(() => stream.events.some(({ event }) => event === 'step.started'));
    await api.send('POST', `${session}/messages`, { text: 'Hello?' });
    said.resolve();
    await waitFor(() => stream.events.some(({ event }) => event === 'completion.spoken'));
    expect(ofTask(stream)).toEqual([]);
    stream.leave();
  });
});

describe('a session', () => {
  it('is named after its first message', async () => {
    const session = await api.open(
      { root: [{ say: 'Hello.' }] },
      { message: 'Good morning\nI have a question' },
    );
    expect((await api.send('GET', session)).body.title).toBe('Good morning');
    const unnamed = await api.open({ root: [{ say: 'Hello.' }] });
    expect((await api.send('GET', unnamed)).body.title).toBeNull();
    await api.send('POST', `${unnamed}/messages`, { text: 'And now?' });
    await api.send('POST', `${unnamed}/messages`, { text: 'Still there?' });
    expect((await api.send('GET', unnamed)).body.title).toBe('And now?');
  });
});
