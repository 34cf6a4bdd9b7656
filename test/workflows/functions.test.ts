import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Team } from '../../protocol/team.ts';
import { defer } from '../support/deferred.ts';
import { useFunctionReceivers } from '../support/function-receiver.ts';
import { calling, lastToolText, runAgent } from '../support/scripted-tools.ts';
import { makeFunction } from '../support/test-function.ts';
import { startTestOffstage } from '../support/test-offstage.ts';
import type { TestOffstage } from '../support/test-offstage.ts';
import { makeTeam } from '../support/test-team.ts';
import { waitFor } from '../support/wait-for.ts';

let offstage: TestOffstage;
beforeAll(async () => {
  offstage = await startTestOffstage();
});
afterAll(() => offstage.close());
const receive = useFunctionReceivers();

const teamWith = (
  functions: Team['functions'] & object,
  agents: Parameters<typeof makeTeam>[0] = {},
): Team => ({
  ...makeTeam({
    root: {
      functions: Object.keys(functions),
      instruction: 'You serve {{customer.name}}.',
      ...agents['root'],
    },
    ...Object.fromEntries(Object.entries(agents).filter(([name]) => name !== 'root')),
  }),
  functions,
});

describe('a custom function', () => {
  it('is asked with the session, signed, again under the same id, and what it answers sets variables', async () => {
    const receiver = await receive(
      { status: 503 },
      { json: { result: 'Found Ada.', dynamicVariables: { customer: { name: 'Ada {{trap}}' }, trap: 'x' } } },
    );
    const lookup = makeFunction({ url: `${receiver.url}/customers/{{nobody}}`, headers: { 'X-Line': '3' } });
    const session = await offstage.open(teamWith({ lookup }), {
      root: [calling('lookup', { phone: '555' }), { say: 'Hello Ada.' }, { say: 'Yes?' }],
    });
    await session.say('Hello');
    await session.untilIdle(1);
    await session.say('And?');
    await session.untilIdle(2);

    expect(receiver.requests).toHaveLength(2);
    const [first, second] = receiver.requests;
    expect(second).toMatchObject({
      method: 'POST',
      path: '/customers/',
      isVerified: true,
      headers: {
        'x-line': '3',
        'content-type': 'application/json',
        'webhook-id': first?.headers['webhook-id'],
      },
      body: {
        sessionId: session.id,
        agent: { name: 'root' },
        phase: 'during',
        params: { phone: '555' },
        dynamicVariables: {},
      },
    });
    expect(first?.isVerified).toBe(true);
    const [before, after, later] = session.model.calls.map(({ request }) => request.system);
    expect(before).toContain('You serve .');
    expect(after).toContain('You serve Ada {{trap}}.');
    expect(later).toBe(after);
    expect((await offstage.store.sessions.get('default', session.id))?.variables).toEqual({
      customer: { name: 'Ada {{trap}}' },
      trap: 'x',
    });
    expect((await session.events()).filter(({ type }) => type.startsWith('variables.'))).toMatchObject([
      { type: 'variables.missing', keys: ['customer.name'] },
      { type: 'variables.changed', keys: ['customer', 'trap'], by: 'lookup' },
      { type: 'variables.missing', keys: ['nobody'] },
    ]);
  });

  it('that fails, or takes too long, gives the agent the team’s words and the reason', async () => {
    const receiver = await receive(
      { status: 422, text: 'no such order' },
      { after: new Promise(() => undefined) },
    );
    const check = makeFunction({ url: receiver.url, errorMessage: 'The shop does not answer.' });
    const wait = { ...check, timeoutMs: 1500 };
    const texts: string[] = [];
    const session = await offstage.open(teamWith({ check, wait }), {
      root: [
        calling('check'),
        (call) => {
          texts.push(lastToolText(call.request));
          return calling('wait');
        },
        (call) => {
          texts.push(lastToolText(call.request));
          return { say: 'Sorry.' };
        },
      ],
    });
    await session.say('Where is it?');
    await session.untilIdle(1);
    expect(texts).toEqual([
      expect.stringMatching(/^The shop does not answer\.\n.*status 422: no such order/),
      expect.stringMatching(/^The shop does not answer\.\n.*no answer in time/),
    ]);
    expect(receiver.requests).toHaveLength(2);
  });

  it('that is waited for ends with an interrupt of its turn', async () => {
    const receiver = await receive({ after: new Promise(() => undefined) });
    const session = await offstage.open(teamWith({ slow: makeFunction({ url: receiver.url }) }), {
      root: [calling('slow'), { say: 'Never mind.' }],
    });
    await session.say('Look it up');
    await waitFor(() => receiver.requests.length === 1);
    await session.say('Stop', 'interrupt');
    await session.untilIdle(2);
    expect((await session.events()).filter(({ type }) => type === 'tool.finished')).toMatchObject([
      { tool: 'slow', outcome: 'cancelled' },
    ]);
  });

  it('that was lost with its worker is asked again, though its time is over by then', async () => {
    const receiver = await receive({ after: new Promise(() => undefined) }, { text: 'Found.' });
    const look = makeFunction({ url: receiver.url, timeoutMs: 5_000 });
    const session = await offstage.open(teamWith({ look }), {
      root: [calling('look'), { say: 'It is there.' }],
    });
    await session.say('Look it up');
    await waitFor(() => receiver.requests.length === 1);
    const over = Date.now() + 5_500;
    await offstage.restartWorkers(async () => void (await waitFor(() => Date.now() > over)));
    await session.untilIdle(1);
    expect((await session.transcript())[2]).toBe('tool: Found.');
    const [lost, late] = receiver.requests.map(({ headers }) => headers['webhook-id']);
    expect(late).toBe(lost);
  });

  it('in the background lets the turn go on, and its end comes by itself, though the workers are others', async () => {
    const booked = defer();
    const receiver = await receive({ status: 500 }, { json: { result: 'Number 7' }, after: booked.promise });
    const book = makeFunction({
      url: receiver.url,
      background: true,
      returnMessage: 'Booking; you are told.',
      timeoutMs: 60_000,
    });
    const session = await offstage.open(teamWith({ book }), {
      root: [calling('book'), { say: 'I am booking it.' }, { say: 'It is booked: number 7.' }],
    });
    await session.say('Book it');
    await session.untilIdle(1);
    await waitFor(() => receiver.requests.length === 2);
    await offstage.restartWorkers();
    booked.resolve();
    await session.untilIdle(2);
    const ids = new Set(receiver.requests.map(({ headers }) => headers['webhook-id']));
    expect(ids.size).toBe(1);
    const said = await session.transcript();
    expect(said[2]).toBe('tool: Booking; you are told.');
    expect(said[4]).toMatch(
      /^system: <background_task id="msg_\w+" agent="book" .*status="completed".*>\nNumber 7\n/,
    );
    expect(said[5]).toBe('assistant: It is booked: number 7.');
  });

  it('in the background holds the answer of a task, and a close ends it', async () => {
    const receiver = await receive({ text: 'Filed.' }, { after: new Promise(() => undefined) });
    const file = makeFunction({
      url: receiver.url,
      background: true,
      returnMessage: 'Filing.',
      timeoutMs: 60_000,
    });
    const team = teamWith({ file }, { root: { subAgents: ['clerk'] }, clerk: { functions: ['file'] } });
    const session = await offstage.open(team, {
      root: [runAgent('clerk', 'File {{form}}'), { say: 'Under way.' }, calling('file'), { say: 'Done.' }],
      clerk: [calling('file'), { say: 'Wait.' }, { say: 'It is filed.' }],
    });
    await session.say('File it');
    await session.untilIdle(2);
    const [task] = (await session.read()).view.tasks;
    const stored = await offstage.store.tasks.get({
      workspace: 'default',
      session: session.id,
      task: task?.id ?? '',
    });
    expect(stored).toMatchObject({ text: 'File ', result: 'It is filed.' });
    await waitFor(() => receiver.requests.length === 2);
    await session.update('close', { reason: 'enough' });
    await waitFor(async () => (await session.read()).view.status === 'closed');
    expect((await session.events()).find(({ type }) => type === 'function.finished')).toMatchObject({
      outcome: 'cancelled',
    });
  });
});
