import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import type { TaskRecord } from '../../core/conversation-state.ts';
import { pauseTask, resumeTask } from '../../core/hold-task.ts';
import { startTask } from '../../core/start-task.ts';
import { requestStop } from '../../core/stop-task.ts';
import { isTerminal } from '../../protocol/task.ts';
import {
  assertAlways,
  assertAsked,
  assertConversation,
  assertTasks,
  assertTold,
} from './assert-conversation.ts';
import { ModelConversation } from './model-conversation.ts';

const which = fc.nat({ max: 4 });
const notify = fc.constantFrom('always' as const, 'failure' as const, 'never' as const);
const scope = fc.constantFrom('tree' as const, 'task' as const);
const REPLIES = ['text', 'think', 'run', 'chain', 'tool', 'wait', 'transfer', 'stop', 'tell'] as const;

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
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('startTask' as const), notify, which }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('launch' as const) }) },
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
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('askStarter' as const), which, twice: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('answerTask' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('pauseTask' as const, 'resumeTask' as const), which }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('exhaust' as const), which, scope, isLate: fc.boolean() }),
  },
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
    { kind: 'launch' | 'lateReport' | `${string}Task` | 'askStarter' | 'exhaust' | 'extend' }
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
    case 'pauseTask':
      if (task !== undefined) pauseTask(state, world.ports, task);
      break;
    case 'resumeTask':
      if (task !== undefined) resumeTask(state, world.ports, task);
      break;
    default:
      happenToWaiting(conversation, what, task);
  }
}

/** It asks for something, or gets it. */
function happenToWaiting(
  conversation: ModelConversation,
  what: Extract<Happening, { kind: 'askStarter' | 'answerTask' | 'exhaust' | 'extend' }>,
  task: TaskRecord | undefined,
): void {
  switch (what.kind) {
    case 'askStarter':
      if (task !== undefined) conversation.ask(task, what.twice);
      break;
    case 'answerTask':
      if (task !== undefined) conversation.tell(task);
      break;
    case 'exhaust':
      if (task !== undefined) conversation.exhaust(task, what.scope, what.isLate);
      break;
    case 'extend':
      conversation.extend(what.scope === 'tree' ? null : (task?.id ?? 'none'));
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
    tell: ids.map((id) => ({
      name: 'message_background_agent',
      arguments: { task_id: id, message: 'Yes' },
      id,
    })),
  }[reply];
  await world.answer({ text: reply === 'text' ? 'Said.' : '', calls });
}

describe('any interleaving of messages, interrupts, tasks, their questions and ends, answers and new runs', () => {
  it('leaves no gap, ends each task once, tells each end, question and want of budget once, loses no message and comes to rest', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 5, maxLength: 60, size: 'max' }),
        async (happenings) => {
          const conversation = new ModelConversation();
          for (const what of happenings) {
            await happen(conversation, what);
            assertAlways(conversation);
          }
          await conversation.finishAll();
          assertTasks(conversation);
          assertTold(conversation);
          assertAsked(conversation);
          assertConversation(conversation);
        },
      ),
      { numRuns: 200 },
    );
  }, 60_000);
});
