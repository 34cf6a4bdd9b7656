/**
 * A conversation in its loop, as a workflow runs it, whose world happens in any order that a test makes up: replies,
 * starts that are confirmed late, reports that come several times, new runs.
 */
import { defaultPayloadConverter } from '@temporalio/common';
import type { ConversationState, TaskRecord } from '../../core/conversation-state.ts';
import { readCarriedState } from '../../core/carried-state.ts';
import { toTaskName } from '../../core/conversation-state.ts';
import { extendBudget, takeShortage } from '../../core/extend-budget.ts';
import { GATHER_COMPLETIONS_MS, mayGatherCompletions } from '../../core/gather-completions.ts';
import { resumeTask } from '../../core/hold-task.ts';
import { markKept, unkeptStatuses } from '../../core/kept-status.ts';
import { messageTask, takesMessages } from '../../core/message-task.ts';
import { mayRollOver, toCarriedState } from '../../core/rollover.ts';
import { nextToLaunch } from '../../core/start-task.ts';
import { takeQuestion } from '../../core/task-question.ts';
import { runTurn } from '../../core/turn.ts';
import { waitsFor } from '../../core/waits-for.ts';
import type { BudgetScope } from '../../protocol/budget.ts';
import type { ConversationEvent, Delivery } from '../../protocol/events.ts';
import { isTerminal } from '../../protocol/task.ts';
import type { TaskReport } from '../../protocol/task.ts';
import type { NewRow } from '../../protocol/transcript.ts';
import { makeReport, makeRoster, makeState, World } from './hand-driven.ts';

/** Running tasks that the model's team allows. */
export const RUNNING_CAP = 2;
const FIRST_LIMIT = 10;
const OPENING = { roster: makeRoster({ maxRunningTasks: RUNNING_CAP }, 4), agent: 'root', depth: 0 };

export class ModelConversation {
  world: World;
  readonly accepted: string[] = [];
  /** Reports that will come another time: by the handle, by the signal, by the watch. */
  lateReports: TaskReport[] = [];
  #stored: NewRow[] = [];
  /** Questions that tasks asked. */
  #asked = 0;
  /** Of all budgets. */
  #limit = FIRST_LIMIT;
  /** Under way in this run, whose end another one does not hear of. */
  #opening: TaskRecord[] = [];
  #starting: TaskRecord[] = [];

  constructor() {
    this.world = this.#begin(makeState(OPENING.roster));
  }

  get state(): ConversationState {
    return this.world.state;
  }

  get events(): ConversationEvent[] {
    return this.state.events;
  }

  /** Rows that the store has by now or gets with the next call. */
  get rows(): NewRow[] {
    return [...this.#stored, ...this.world.stored, ...this.state.unstored];
  }

  get isAtRest(): boolean {
    const { turnOpen, inbox, tasks } = this.state;
    return !turnOpen && inbox.length === 0 && tasks.every(({ status }) => isTerminal(status));
  }

  #begin(state: ConversationState): World {
    const world = new World(state);
    world.ports.launchTasks = () => this.#launch(world);
    void this.#runTurns(world);
    return world;
  }

  /** As the session's workflow does. */
  async #runTurns({ state, ports }: World): Promise<void> {
    for (;;) {
      await ports.until(() => state.inbox.length > 0);
      if (mayGatherCompletions(state)) {
        await ports.until(() => !mayGatherCompletions(state), GATHER_COMPLETIONS_MS);
      }
      if (state.inbox.length > 0) await runTurn(state, ports, { atLimit: 'stop', mayRollOver: () => false });
    }
  }

  #launch({ state }: World): void {
    for (const task of state.tasks) {
      if (state.unopened[task.id] === undefined) continue;
      delete state.unopened[task.id];
      this.#opening.push(task);
    }
    for (const task of nextToLaunch(state)) {
      task.launch = 'starting';
      this.#starting.push(task);
    }
  }

  say(delivery: Delivery): void {
    const id = `message_${this.accepted.length}`;
    if (this.world.say(id, delivery, id) !== null) this.accepted.push(id);
  }

  /** The text of the oldest new task has reached the store. */
  open(): void {
    const task = this.#opening.shift();
    if (task === undefined) return;
    task.launch = 'opened';
    this.#launch(this.world);
  }

  /** The server confirms the start of the oldest task that was asked for. */
  confirmStart(task = this.#starting.shift()): void {
    if (task === undefined || task.launch !== 'starting' || isTerminal(task.status)) return;
    this.world.record({ type: 'task.started', ...toTaskName(task) });
    this.world.ports.deliverOrders(task.id);
  }

  /** A task that has a workflow ends: the first report may come before its start is confirmed. */
  end(task: TaskRecord, status: TaskReport['status'], reports: number): void {
    if (task.launch !== 'starting' && task.launch !== 'started') return;
    this.report(makeReport(task.id, { status, resultSize: status === 'completed' ? 10 : 0 }));
    for (let more = 1; more < reports; more += 1) {
      this.lateReports.push(makeReport(task.id, { status: more === 1 ? status : 'failed' }));
    }
  }

  /** A task has no budget for its next call. It may be told to pause, or its budget be extended, before it can say so. */
  exhaust(task: TaskRecord, scope: BudgetScope, isLate: boolean): void {
    if (!isAtWork(task) || waitsFor(task) !== null) return;
    this.confirmStart(task);
    const limit = isLate ? FIRST_LIMIT : this.#limit;
    const use = { scope, unit: 'tokens' as const, used: limit, limit };
    takeShortage(this.state, this.world.ports, { task: task.id, use });
  }

  extend(task: string | null): void {
    this.#limit += 10;
    extendBudget(this.state, this.world.ports, { task, limits: { tokens: this.#limit }, by: 'ann' });
  }

  /** A task that does not stand still asks: it may do so before its start is confirmed, or its pause has arrived. */
  ask(task: TaskRecord, twice: boolean): void {
    if (!isAtWork(task) || waitsFor(task) !== null) return;
    this.confirmStart(task);
    const question = { task: task.id, turn: 1, step: (this.#asked += 1) };
    takeQuestion(this.state, this.world.ports, question);
    if (twice) takeQuestion(this.state, this.world.ports, question);
  }

  tell(task: TaskRecord): void {
    if (!takesMessages(task.status)) return;
    const id = this.world.ports.newMessageId();
    messageTask(this.state, this.world.ports, task, {
      message: { id, hash: id, content: [] },
      mode: 'append',
    });
  }

  reportLate(which: number): void {
    const [report] = this.lateReports.splice(which % Math.max(1, this.lateReports.length), 1);
    if (report !== undefined) this.report(report);
  }

  report(report: TaskReport): void {
    this.confirmStart(this.state.tasks.find(({ id }) => id === report.task));
    this.world.finish(report.task, report);
  }

  /** Continues as new, as soon as that may be, through what Temporal makes of the state. */
  rollOver(): void {
    markKept(this.state, unkeptStatuses(this.state));
    if (this.state.turnOpen || !mayRollOver(this.state)) return;
    this.#stored.push(...this.world.stored, ...this.state.unstored);
    const payload = defaultPayloadConverter.toPayload(toCarriedState({ ...this.state, unstored: [] }));
    const carried = defaultPayloadConverter.fromPayload(payload);
    const { id, ancestors, startedAt: at } = this.state;
    const earlier = this.world;
    this.#opening = [];
    this.#starting = [];
    this.world = this.#begin(readCarriedState({ ...OPENING, id, ancestors, at }, carried));
    this.world.takeIdsFrom(earlier);
    this.#launch(this.world);
  }

  /** Lets everything that is under way come to its end. */
  async finishAll(): Promise<void> {
    for (let round = 0; round < 300; round += 1) {
      if (this.world.isAsking) await this.world.answer({ text: 'Said.' });
      await this.world.finishOldestTool();
      this.open();
      this.confirmStart();
      this.reportLate(0);
      for (const task of [...this.state.tasks]) {
        resumeTask(this.state, this.world.ports, task);
        if (!isTerminal(task.status)) this.end(task, 'completed', 1);
      }
      await this.world.expireWaits();
      if (this.isAtRest) return;
    }
    throw new Error('the conversation does not come to rest');
  }
}

function isAtWork({ launch, status }: TaskRecord): boolean {
  return launch === 'starting' || (launch === 'started' && status !== 'queued');
}
