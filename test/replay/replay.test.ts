import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { DeterminismViolationError } from '@temporalio/workflow';
import { replayRuns } from '../support/replay.ts';
import { readWorkflowBundle } from '../support/temporal.ts';
import type { StoredEvent, StoredHistories, StoredHistory } from './keep-histories.ts';

const folder = new URL('histories/', import.meta.url);
const stored = readdirSync(folder).map(
  (file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as StoredHistories,
);

function findStored(name: RegExp): StoredHistories {
  const found = stored.find((histories) => name.test(histories.name));
  if (found === undefined) throw new Error(`no stored history is named like ${name}: npm run histories`);
  return found;
}

describe('a stored history', () => {
  it.each([
    'answers a message',
    'takes a message once',
    'runs tool calls of a step together',
    'ends at max_iterations',
    'a failed model call',
    'at the next step, and keeps the turn open',
    'delivery after_turn',
    'delivery interrupt',
    'an interrupt leaves no message',
    'its end starts a turn by itself',
    'delivered by a view',
    'that fails is told',
    'terminated from outside',
    'started by a signal',
    'reads what it is told',
    'may start agents of its own',
    'stopping a background agent aborts its model call',
    'stops the whole tree',
    'waiting for background agents gives the results of all',
    'ends early when the user says something',
    'ends with its timeout',
    'a transfer gives the result',
    'a transfer goes on in the background',
    'a transfer is stopped by an interrupt',
    'the caps queue',
    'a rollover keeps a running task',
    'terminated when its starter had continued as new',
    'of a task happens between its steps',
    'closing stops the turn and the tasks',
    'by an interrupt cuts off what it is saying',
    'while it is queued is read at its start',
    'stands still, leaves its place',
    'ends when it goes on, with what it was told meanwhile',
    'answers with what it has, after those that it started have',
    'is stopped when its time is over',
    'lets its tasks wrap up',
    'keeps what runs, which finishes into the store',
    'fills variables from what an agent found',
    'runs neighbours that are parallel together',
    'ends the session as aborted where a hook says so',
    'a hook whose time is over',
    'is stopped by a close: what it had started',
    'a session that is due continue as new when it has ended',
    'is repeated under one id, and hears of the answer',
    'without any call of a model where it says so',
    'what the analysis found; one hook that fails',
    'when it was idle for the time that the team says',
    'closed at its longest whatever goes on',
    'is asked with the session, signed',
    'in the background lets the turn go on',
    'gives the agent a turn in its time',
    'closes the session with its reason',
  ])('shows: %s', (words) => {
    expect(stored.map(({ name }) => name)).toContainEqual(expect.stringContaining(words));
  });

  it.each(stored.map((histories) => [histories.name, histories] as const))(
    'replays against the code as it is: %s',
    async (_name, { runs }) => {
      await expect(replayRuns(await readWorkflowBundle(), runs)).resolves.toBeUndefined();
    },
  );

  it('holds no local activity: where a query comes with one, the SDK may not be able to replay it', () => {
    const texts = stored.flatMap(({ runs }) => runs.map(({ history }) => JSON.stringify(history)));
    expect(texts.filter((text) => text.includes('core_local_activity'))).toEqual([]);
  });

  it('that says something else than the code does fails', async () => {
    const { runs } = findStored(/^a turn answers a message/);
    const text = JSON.stringify(runs);
    const wrong = JSON.parse(text.replace('"name":"callModel"', '"name":"askModel"')) as typeof runs;
    expect(JSON.stringify(wrong)).not.toBe(text);
    await expect(replayRuns(await readWorkflowBundle(), wrong)).rejects.toMatchObject({
      message: expect.stringContaining('does not replay'),
      cause: expect.any(DeterminismViolationError),
    });
  });
});

describe('a bug that blocks a workflow', () => {
  it('is told with where it happened, and the way there', async () => {
    const { runs } = findStored(/started by a signal/);
    const broken = structuredClone(runs.slice(0, 1));
    for (const { workflowExecutionSignaledEventAttributes: signal } of broken[0]!.history.events) {
      Object.assign(signal ?? {}, { input: { payloads: [NOTHING] } });
    }
    const replay = replayRuns(await readWorkflowBundle(), broken);
    await expect(replay).rejects.toThrow(/at refuseTask .* at startTask /s);
  });
});

/** What no version of a workflow expects. */
const NOTHING = { metadata: { encoding: toBase64('json/plain') }, data: toBase64('null') };

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('the report of a task', () => {
  it('that comes in one activation with the confirmation of its start, and so before it, is told like any other', async () => {
    const { runs } = findStored(/started by a signal/);
    const [session] = runs;
    if (session === undefined) throw new Error('no run of the session is stored');
    const early = {
      ...session,
      history: withoutTaskAfter(session.history, 'CHILD_WORKFLOW_EXECUTION_STARTED'),
    };
    expect(
      early.history.events.map(({ eventType }) => eventType.replace('EVENT_TYPE_', '')).join(),
    ).toContain('CHILD_WORKFLOW_EXECUTION_STARTED,WORKFLOW_EXECUTION_SIGNALED,WORKFLOW_TASK_SCHEDULED');
    await expect(replayRuns(await readWorkflowBundle(), [early])).resolves.toBeUndefined();
  });
});

/** The history without the workflow task that took in the first event of this type: the next one takes it in, too. */
function withoutTaskAfter({ events }: StoredHistory, type: string): StoredHistory {
  const start = events.findIndex(({ eventType }) => eventType === `EVENT_TYPE_${type}`) + 1;
  const task = events.slice(start, start + 3);
  if (!task.every(({ eventType }) => eventType.startsWith('EVENT_TYPE_WORKFLOW_TASK_'))) {
    throw new Error(`another event came with ${type}: npm run histories`);
  }
  const kept = events.filter((event) => !task.includes(event));
  const ids = new Map(kept.map(({ eventId }, index) => [eventId, String(index + 1)]));
  return { events: kept.map((event) => renumber(event, ids) as StoredEvent) };
}

/** Events name each other by their numbers. */
function renumber(value: unknown, ids: Map<string, string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((inner) => renumber(inner, ids));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const isId = /eventId$/i.test(key) && typeof inner === 'string';
      return [key, isId ? (ids.get(inner) ?? inner) : renumber(inner, ids)];
    }),
  );
}
