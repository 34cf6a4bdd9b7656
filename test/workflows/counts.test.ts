import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toLiveTopic } from '../../bus/bus.ts';
import { defer } from '../support/deferred.ts';
import { readPayloads } from '../support/payloads.ts';
import { runAgent } from '../support/scripted-tools.ts';
import { startTestOffstage } from '../support/test-offstage.ts';
import type { TestOffstage } from '../support/test-offstage.ts';
import type { TestSession } from '../support/test-session.ts';
import { makeTeam } from '../support/test-team.ts';
import { waitFor } from '../support/wait-for.ts';

let offstage: TestOffstage;
beforeAll(async () => {
  offstage = await startTestOffstage();
});
afterAll(() => offstage.close());

/** The machine's name is in each turn's history ten times; the counts are for a short one. */
const MACHINE = 10 * Math.max(0, hostname().length - 4);

interface Size {
  run: string;
  events: number;
  bytes: number;
}

/** As the server reports it. */
async function measure({ workflowId }: TestSession): Promise<Size> {
  const handle = offstage.server.client.workflow.getHandle(workflowId);
  const { runId, historyLength, historySize = Number.NaN } = await handle.describe();
  return { run: runId, events: historyLength, bytes: historySize };
}

const EVENTS_PER_TURN = 5;

/** Turns are waited for by the workers' pokes, which cost no query. */
async function takeTurn(session: TestSession, turn: number): Promise<void> {
  const end = defer();
  const topic = toLiveTopic({ workspace: 'default', session: session.id, task: null });
  const stopListening = offstage.bus.subscribe(topic, (delta) => {
    if (delta.type === 'poke' && delta.offset >= 1 + EVENTS_PER_TURN * turn) end.resolve();
  });
  await session.say(`Message ${turn}`.padEnd(1000, ' lorem ipsum'));
  await end.promise;
  stopListening();
}

/** What this turn adds to the history. */
async function measureTurn(session: TestSession, turn: number): Promise<Size> {
  await session.untilIdle(turn - 1);
  const before = await measure(session);
  await takeTurn(session, turn);
  await session.untilIdle(turn);
  const after = await measure(session);
  return { run: after.run, events: after.events - before.events, bytes: after.bytes - before.bytes };
}

describe('a plain turn', () => {
  it('adds 11 events and 3.8 KB to the history, at turn 500 as at turn 10, in this run as after rollovers', async () => {
    const LAST = 500;
    const session = await offstage.open(makeTeam({ assistant: {} }), {
      assistant: Array.from({ length: LAST }, (_, index) => ({ say: `Answer ${index + 1} of many.` })),
    });
    const sizes: Size[] = [];
    for (let turn = 1; turn <= LAST; turn += 1) {
      if ([10, 60, LAST].includes(turn)) sizes.push(await measureTurn(session, turn));
      else await takeTurn(session, turn);
    }
    expect(new Set(sizes.map(({ run }) => run)).size).toBe(2);
    for (const { events, bytes } of sizes) {
      expect(events).toBeLessThanOrEqual(11);
      expect(bytes).toBeLessThanOrEqual(3800 + MACHINE);
    }
    const [first = 0, ...later] = sizes.map(({ bytes }) => bytes);
    // Numbers of turns and offsets get longer by a digit or two, nothing else does.
    for (const bytes of later) expect(Math.abs(bytes - first)).toBeLessThan(64);
  }, 600_000);
});

describe('the histories of a conversation', () => {
  it('hold the messages of turns that fail at most twice, however many follow', async () => {
    const session = await offstage.open(makeTeam({ assistant: {} }), {
      assistant: [{ fail: 'no.' }, { fail: 'no.' }, { fail: 'no.' }, { say: 'At last.' }],
    });
    for (let turn = 1; turn <= 4; turn += 1) {
      await session.say(`the words of message ${turn}, which come once`);
      await session.untilIdle(turn);
    }
    const payloads = await readPayloads(offstage.server.client, session.workflowId);
    for (let turn = 1; turn <= 4; turn += 1) {
      expect(payloads.join('\n').split(`the words of message ${turn},`).length - 1).toBeLessThanOrEqual(2);
    }
    const users = (await session.transcript()).filter((line) => line.startsWith('user: '));
    expect(users).toHaveLength(4);
    const asked = JSON.stringify(session.model.calls.at(-1)?.request.messages);
    for (let turn = 1; turn <= 4; turn += 1) expect(asked).toContain(`message ${turn},`);
  });

  const SAID = 'the words of the person'.padEnd(200, '.');
  const TASK = 'a long description of the work'.padEnd(200, '.');
  const STEER = 'what the person tells the agent at work'.padEnd(200, '.');
  const INSTRUCTION = 'a secret of the team file '.repeat(20);
  const ANSWER = 'an answer that is long enough not to be met by chance';
  const RESULT = 'the result of the work, which the store has';

  it('hold a message and a task at most twice, a reply once, and no instruction, over a rollover too', async () => {
    const team = makeTeam({
      root: { subAgents: ['worker'], instruction: INSTRUCTION },
      worker: { instruction: INSTRUCTION },
    });
    const session = await offstage.open(
      team,
      {
        root: [
          runAgent('worker', TASK),
          { say: ANSWER },
          { say: 'Told.' },
          { say: 'Hm.' },
          { say: 'By hand.' },
          { say: 'Yes.' },
        ],
        worker: [{ say: RESULT }, { say: 'Second.' }],
      },
      { rollover: { turns: 2, events: 1000 } },
    );
    await session.say(SAID);
    await session.untilIdle(2);
    await session.say('Next');
    await session.untilIdle(3);
    await session.update('startTask', { id: 'agent_task_1', agent: 'worker', task: STEER });
    await session.untilIdle(4);
    await session.say('Last');
    await session.untilIdle(5);
    session.model.forget();

    const payloads = await readPayloads(offstage.server.client, session.workflowId);
    const count = (text: string): number => payloads.join('\n').split(text).length - 1;
    expect(payloads.length).toBeGreaterThan(20);
    expect(count(SAID)).toBe(2);
    expect(count(TASK)).toBeLessThanOrEqual(2);
    expect(count(STEER)).toBeLessThanOrEqual(2);
    expect(count(ANSWER)).toBe(1);
    expect(count(RESULT)).toBe(1);
    expect(count(INSTRUCTION.trim())).toBe(0);
  });
});

describe('tasks that a step starts', () => {
  it('are opened by one activity, have 17 events each, and tell their end', async () => {
    const COUNT = 12;
    const start = { name: 'run_background_agent', arguments: { agent: 'worker', task: 'Do it' } };
    const session = await offstage.open(
      makeTeam({ root: { subAgents: ['worker'] }, worker: {} }, { maxRunningTasks: COUNT }),
      {
        root: [{ call: Array.from({ length: COUNT }, () => start) }, { say: 'They run.' }, { say: 'Done.' }],
        worker: Array.from({ length: COUNT }, () => ({ say: 'Done.' })),
      },
    );
    await session.say('Start them');
    const tasks = await waitFor(async () => {
      const { view } = await session.read();
      return view.tasks.length === COUNT && view.tasks.every(({ endedAt }) => endedAt !== null) && view.tasks;
    });
    await session.untilIdle(2);
    session.model.forget();
    const { workflow } = offstage.server.client;
    const { events } = await workflow.getHandle(session.workflowId).fetchHistory();
    const asked = (events ?? []).map(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name,
    );
    expect(asked.filter((name) => name === 'openTasks')).toHaveLength(1);
    // Each tells its end itself: what the handles say counts for nothing after a rollover.
    const told = (events ?? []).map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
    expect(told.filter((name) => name === 'taskReport')).toHaveLength(COUNT);
    for (const { id } of tasks) {
      const handle = workflow.getHandle(`${session.workflowId}/task/${id}`);
      await handle.result();
      expect((await handle.describe()).historyLength).toBeLessThanOrEqual(17);
    }
  });
});
