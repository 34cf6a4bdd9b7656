import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { requestStop } from '../../core/stop-task.ts';
import { toCarriedState } from '../../core/rollover.ts';
import { isTerminal } from '../../protocol/task.ts';
import type { ConversationEvent } from '../../protocol/events.ts';
import type { NewRow } from '../../protocol/transcript.ts';
import { makeReport, makeRoster, makeState, World } from './hand-driven.ts';

/** What may happen to a conversation next, in any order. */
type Happening =
  | { kind: 'say'; delivery: 'next_step' | 'after_turn' | 'interrupt' }
  | { kind: 'repeat'; which: number }
  | { kind: 'interrupt' }
  | { kind: 'answer'; reply: 'text' | 'think' | 'run' | 'tool' | 'wait' | 'transfer' | 'stop' }
  | { kind: 'fail' }
  | { kind: 'finishTool' }
  | { kind: 'startTask' }
  | { kind: 'finishTask'; which: number; again: boolean; status: 'completed' | 'failed' | 'cancelled' }
  | { kind: 'stopTask'; which: number }
  | { kind: 'timePasses' }
  | { kind: 'rollOver' };

const which = fc.nat({ max: 5 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('say' as const),
      delivery: fc.constantFrom('next_step' as const, 'after_turn' as const, 'interrupt' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const), which }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'interrupt' as const }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      reply: fc.constantFrom(
        'text' as const,
        'think' as const,
        'run' as const,
        'tool' as const,
        'wait' as const,
        'transfer' as const,
        'stop' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'fail' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'finishTool' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'startTask' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('finishTask' as const),
      which,
      again: fc.boolean(),
      status: fc.constantFrom('completed' as const, 'failed' as const, 'cancelled' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stopTask' as const), which }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'timePasses' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'rollOver' as const }) },
);

/** A conversation in its loop, as a workflow runs it, with everything that it stored and was told. */
class Conversation {
  world = new World(makeState(makeRoster({ maxRunningTasks: 2 }, 4)));
  readonly accepted: string[] = [];
  #placed: NewRow[] = [];

  async loop(): Promise<void> {
    await this.world.settle();
    if (!this.world.state.turnOpen && this.world.state.inbox.length > 0) {
      await this.world.begin();
    }
  }

  async happen(what: Happening): Promise<void> {
    const { world } = this;
    const task = 'which' in what ? world.state.tasks[what.which] : undefined;
    switch (what.kind) {
      case 'say':
        this.#say(what.delivery);
        break;
      case 'repeat': {
        const id = this.accepted[what.which];
        if (id !== undefined) world.say(id, 'next_step', id);
        break;
      }
      case 'interrupt':
        if (world.state.turnOpen) world.record({ type: 'turn.interrupting', turn: world.state.turn });
        break;
      case 'answer':
        if (world.isAsking) await this.#answer(what.reply);
        break;
      case 'fail':
        if (world.isAsking)
          await world.end({ kind: 'failed', error: { type: 'model.denied', message: 'No.' } });
        break;
      case 'finishTool':
        await world.finishOldestTool();
        break;
      case 'startTask':
        if (world.state.tasks.length < 6)
          this.#launch(world.task(`api_${world.state.offset}`, { launched: false }).id);
        break;
      case 'finishTask':
        if (task !== undefined) this.#finishTask(task.id, what);
        break;
      case 'stopTask':
        if (task !== undefined) requestStop(world.state, world.ports, task);
        break;
      case 'timePasses':
        await world.expireWaits();
        break;
      case 'rollOver':
        this.#rollOver();
    }
    await this.loop();
  }

  /** Lets everything that is under way come to its end. */
  async finishAll(): Promise<void> {
    for (let round = 0; round < 200; round += 1) {
      const { world } = this;
      if (world.isAsking) await this.#answer('text');
      await world.finishOldestTool();
      for (const task of [...world.state.tasks]) {
        if (!isTerminal(task.status)) world.finish(task.id, { status: 'completed' });
      }
      await this.loop();
      if (!world.state.turnOpen && world.state.inbox.length === 0) return;
    }
    throw new Error('the conversation does not come to rest');
  }

  #say(delivery: 'next_step' | 'after_turn' | 'interrupt'): void {
    const id = `message_${this.accepted.length}`;
    if (this.world.say(id, delivery, id) !== null) this.accepted.push(id);
  }

  async #answer(reply: Extract<Happening, { kind: 'answer' }>['reply']): Promise<void> {
    const { world } = this;
    const interrupted = world.state.interruptedTurn === world.state.turn;
    if (interrupted) return world.answer({ text: 'Half', stopped: 'interrupted' });
    const ids = world.state.tasks.map(({ id }) => id);
    const calls = {
      text: [],
      think: [{ name: 'think' }],
      run: [{ name: 'run_background_agent', arguments: { agent: 'worker', task: 'Do it' } }],
      tool: [
        { name: 'look_up', id: 'a' },
        { name: 'look_up', id: 'b' },
      ],
      wait: [
        {
          name: 'wait_background_agents',
          arguments: { task_ids: ids.length === 0 ? ['none'] : ids, for: 'any' },
        },
      ],
      transfer: [{ name: 'transfer_task', arguments: { agent: 'worker', task: 'Do it' } }],
      stop: [{ name: 'stop_background_agent', arguments: { task_id: ids.at(-1) } }],
    }[reply];
    await world.answer({ text: reply === 'text' ? 'Said.' : '', calls });
    for (const task of world.state.tasks) if (task.status === 'queued') this.#launch(task.id);
  }

  /** As the launcher does, whose starts are always confirmed here. */
  #launch(id: string): void {
    const task = this.world.state.tasks.find((record) => record.id === id);
    if (task === undefined || task.status !== 'queued') return;
    delete this.world.state.unopened[id];
    this.world.record({
      type: 'task.started',
      task: id,
      agent: task.agent,
      title: task.title,
      depth: task.depth,
    });
  }

  #finishTask(
    id: string,
    { again, status }: { again: boolean; status: 'completed' | 'failed' | 'cancelled' },
  ): void {
    const report = makeReport(id, { status });
    this.world.finish(id, report);
    if (again) this.world.finish(id, makeReport(id, { status: 'failed' }));
  }

  #rollOver(): void {
    const { world } = this;
    if (world.state.turnOpen || world.state.inbox.length > 0) return;
    this.#placed.push(...world.stored, ...world.state.unstored);
    const carried = { ...toCarriedState(world.state), unstored: [] };
    const next = new World(JSON.parse(JSON.stringify(carried)));
    next.takeIdsFrom(world);
    this.world = next;
  }

  get events(): ConversationEvent[] {
    return this.world.state.events;
  }

  /** Rows that the store has by now or gets with the next call. */
  get rows(): NewRow[] {
    return [...this.#placed, ...this.world.stored, ...this.world.state.unstored];
  }
}

function countBy(keys: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

function assertInvariants(conversation: Conversation): void {
  const { events, rows, accepted } = conversation;
  expect(events.map(({ offset }) => offset)).toEqual(events.map((_, index) => index + 1));

  const queued = events.flatMap((event) => (event.type === 'task.queued' ? [event.task] : []));
  const finished = events.flatMap((event) => (event.type === 'task.finished' ? [event.task] : []));
  const delivered = events.flatMap((event) => (event.type === 'completion.delivered' ? event.tasks : []));
  expect(finished.toSorted()).toEqual(queued.toSorted());
  expect(delivered.length).toBe(new Set(delivered).size);

  const transfers = events.flatMap((event) =>
    event.type === 'task.queued' && event.mode === 'transfer' ? [event.task] : [],
  );
  const detached = events.flatMap((event) => (event.type === 'task.detached' ? [event.task] : []));
  const told = queued.filter((task) => !transfers.includes(task) || detached.includes(task));
  expect(delivered.toSorted()).toEqual(told.toSorted());

  const users = rows.flatMap((row) => (row.kind === 'user' ? [row.id] : []));
  expect(countBy(users)).toEqual(countBy(accepted));
  const places = rows.map(({ place }) => place.join('.'));
  expect(places.length).toBe(new Set(places).size);
  const turns = events.flatMap((event) => (event.type === 'turn.started' ? [event.turn] : []));
  expect(turns).toEqual(turns.map((_, index) => index + 1));
}

describe('any interleaving of messages, interrupts, ends of tasks and answers', () => {
  it('leaves no gap, ends each task once, tells each end once, and loses no message', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 40 }), async (happenings) => {
        const conversation = new Conversation();
        for (const what of happenings) await conversation.happen(what);
        await conversation.finishAll();
        assertInvariants(conversation);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
