import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { extendBudget } from '../../core/extend-budget.ts';
import { startTask } from '../../core/start-task.ts';
import { requestStop } from '../../core/stop-task.ts';
import type { ConversationEvent } from '../../protocol/events.ts';
import { isTerminal } from '../../protocol/task.ts';
import { ModelConversation, RUNNING_CAP } from './model-conversation.ts';

const which = fc.nat({ max: 7 });
const notify = fc.constantFrom('always' as const, 'failure' as const, 'never' as const);
const scope = fc.constantFrom('tree' as const, 'task' as const);
const REPLIES = ['text', 'think', 'run', 'chain', 'tool', 'wait', 'transfer', 'stop'] as const;

const WAITS = ['wait_background_agents', 'transfer_task'];

/** What may happen to a conversation next, in any order. */
const happening = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('say' as const),
      delivery: fc.constantFrom('next_step' as const, 'after_turn' as const, 'interrupt' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('interrupt' as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      reply: fc.constantFrom(...REPLIES),
      stopped: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('finishTool' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('startTask' as const), notify, which }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('launch' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('endTask' as const),
      which,
      reports: fc.integer({ min: 1, max: 3 }),
      status: fc.constantFrom('completed' as const, 'failed' as const, 'cancelled' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lateReport' as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stopTask' as const), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('exhaust' as const), which, scope }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('extend' as const), which, scope }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('timePasses' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rollOver' as const) }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer What> ? What : never;

async function happen(conversation: ModelConversation, what: Happening): Promise<void> {
  const { world, state } = conversation;
  switch (what.kind) {
    case 'say':
      conversation.say(what.delivery);
      break;
    case 'repeat': {
      const id = conversation.accepted[what.which];
      if (id !== undefined) world.say(id, 'next_step', id);
      break;
    }
    case 'interrupt':
      if (state.turnOpen) world.record({ type: 'turn.interrupting', turn: state.turn });
      break;
    case 'answer':
      if (world.isAsking) await answer(conversation, what);
      break;
    case 'fail':
      if (world.isAsking) {
        await world.end({ kind: 'failed', error: { type: 'model.denied', message: 'No.' } });
      }
      break;
    case 'finishTool':
      await world.finishOldestTool();
      break;
    case 'timePasses':
      await world.expireWaits();
      break;
    case 'rollOver':
      conversation.rollOver();
      break;
    default:
      happenToTask(conversation, what);
  }
  await conversation.world.settle();
}

function happenToTask(
  conversation: ModelConversation,
  what: Extract<
    Happening,
    { kind: 'startTask' | 'launch' | 'endTask' | 'lateReport' | 'stopTask' | 'exhaust' | 'extend' }
  >,
): void {
  const { world, state } = conversation;
  const task = 'which' in what ? state.tasks[what.which] : undefined;
  switch (what.kind) {
    case 'startTask':
      start(conversation, what.notify, task?.id);
      break;
    case 'launch':
      conversation.open();
      conversation.confirmStart();
      break;
    case 'endTask':
      if (task !== undefined && !isTerminal(task.status)) {
        conversation.end(task, what.status, what.reports);
      }
      break;
    case 'lateReport': {
      conversation.reportLate(what.which);
      break;
    }
    case 'stopTask':
      if (task !== undefined) requestStop(state, world.ports, task);
      break;
    case 'exhaust':
      if (task !== undefined) conversation.exhaust(task, what.scope);
      break;
    case 'extend':
      extendBudget(state, world.ports, {
        task: what.scope === 'tree' ? null : (task?.id ?? 'none'),
        limits: { tokens: 10 },
      });
  }
}

function start(
  { state, world }: ModelConversation,
  notified: 'always' | 'failure' | 'never',
  before: string | undefined,
): void {
  if (state.tasks.length >= 8) return;
  const dependsOn = before === undefined ? [] : [before];
  const request = { agent: 'worker', task: 'Do it', notify: notified, dependsOn };
  startTask(state, world.ports, request, { cause: 'api', mode: 'background' });
}

async function answer(
  { state, world }: ModelConversation,
  { reply, stopped }: Extract<Happening, { kind: 'answer' }>,
): Promise<void> {
  if (state.interruptedTurn === state.turn) {
    return stopped ? world.end({ kind: 'stopped' }) : world.answer({ text: 'Half', stopped: 'interrupted' });
  }
  const ids = state.tasks.map(({ id }) => id);
  const work = { agent: 'worker', task: 'Do it' };
  const calls = {
    text: [],
    think: [{ name: 'think' }],
    run: [{ name: 'run_background_agent', arguments: work }],
    chain: [{ name: 'run_background_agent', arguments: { ...work, depends_on: ids.slice(-2) } }],
    tool: ['a', 'b'].map((id) => ({ name: 'look_up', id })),
    wait: [
      {
        name: 'wait_background_agents',
        arguments: { task_ids: ids.length === 0 ? ['none'] : ids, for: 'any' },
      },
    ],
    transfer: [{ name: 'transfer_task', arguments: work }],
    stop: [{ name: 'stop_background_agent', arguments: { task_id: ids.at(-1) } }],
  }[reply];
  await world.answer({ text: reply === 'text' ? 'Said.' : '', calls });
}

function countBy(keys: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

type EventOf<Type extends ConversationEvent['type']> = Extract<ConversationEvent, { type: Type }>;

function eventsOf<Type extends ConversationEvent['type']>(
  { events }: ModelConversation,
  type: Type,
): EventOf<Type>[] {
  return events.filter((event): event is EventOf<Type> => event.type === type);
}

/** What holds at every moment. */
function assertAlways(conversation: ModelConversation): void {
  const { state } = conversation;
  const running = state.tasks.filter(
    ({ status, launch }) => launch === 'started' && (status === 'running' || status === 'cancelling'),
  );
  expect(running.length).toBeLessThanOrEqual(RUNNING_CAP);
  const waiting = state.inbox.map((item) => (item.kind === 'message' ? item.id : item.task));
  expect(waiting).toHaveLength(new Set(waiting).size);
  for (const { status, shortage } of state.tasks) expect(status === 'waiting_input').toBe(shortage !== null);
  // Nothing that waits for tasks keeps a person waiting.
  if (
    state.turnOpen &&
    state.inbox.some((item) => item.kind === 'message' && item.delivery === 'next_step')
  ) {
    expect(state.currentTools.filter((tool) => WAITS.includes(tool))).toEqual([]);
  }
}

function assertTasks(conversation: ModelConversation): void {
  const queued = eventsOf(conversation, 'task.queued').map(({ task }) => task);
  const finished = eventsOf(conversation, 'task.finished');
  expect(finished.map(({ task }) => task).toSorted()).toEqual(queued.toSorted());
  for (const { id, dependsOn } of conversation.state.tasks) {
    const begun = eventsOf(conversation, 'task.started').find(({ task }) => task === id)?.offset ?? Infinity;
    for (const { task, offset } of finished) {
      if (dependsOn.includes(task)) expect(offset).toBeLessThan(begun);
    }
  }
}

/** Each end that is to be told is told once, and by a notice or by a tool, never by both. */
function assertTold(conversation: ModelConversation): void {
  const deliveries = eventsOf(conversation, 'completion.delivered');
  const delivered = deliveries.flatMap(({ tasks }) => tasks);
  const told = conversation.state.tasks
    .filter(({ notify: when, status }) => when === 'always' || (when === 'failure' && status !== 'completed'))
    .filter(({ mode }) => mode === 'background')
    .map(({ id }) => id);
  expect(delivered.toSorted()).toEqual(told.toSorted());
  const noticed = deliveries.flatMap(({ by, tasks }) => (by === 'notice' ? tasks : []));
  const placed = conversation.rows.flatMap((row) => (row.kind === 'completion' ? row.tasks : []));
  expect(placed.map(({ task }) => task)).toEqual(noticed);
  const spoken = eventsOf(conversation, 'completion.spoken').flatMap(({ tasks }) => tasks);
  expect(spoken).toHaveLength(new Set(spoken).size);
}

function assertConversation(conversation: ModelConversation): void {
  const { events, rows, accepted } = conversation;
  expect(events.map(({ offset }) => offset)).toEqual(events.map((_, index) => index + 1));
  const users = rows.flatMap((row) => (row.kind === 'user' ? [row.id] : []));
  expect(countBy(users)).toEqual(countBy(accepted));
  const places = rows.map(({ place }) => place.join('.'));
  expect(places).toHaveLength(new Set(places).size);
  const started = eventsOf(conversation, 'turn.started').map(({ turn }) => turn);
  expect(started).toEqual(started.map((_, index) => index + 1));
  const finished = eventsOf(conversation, 'turn.finished').map(({ turn }) => turn);
  expect(finished).toEqual(started);
}

describe('any interleaving of messages, interrupts, tasks, their ends, answers and new runs', () => {
  it('leaves no gap, ends each task once, tells each end once, loses no message and comes to rest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 40 }), async (happenings) => {
        const conversation = new ModelConversation();
        for (const what of happenings) {
          await happen(conversation, what);
          assertAlways(conversation);
        }
        await conversation.finishAll();
        assertTasks(conversation);
        assertTold(conversation);
        assertConversation(conversation);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
