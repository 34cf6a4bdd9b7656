/**
 * Child workflows of a conversation: their start within the caps, and their end, which arrives three ways: by the
 * handle of the run that started them, by their report, and, for those of earlier runs, by the watch.
 */
import { CancellationScope, getExternalWorkflowHandle, isCancellation } from '@temporalio/workflow';
import type { ExternalWorkflowHandle } from '@temporalio/workflow';
import { findTask, toTaskName } from '../core/conversation-state.ts';
import type { ConversationState, TaskRecord } from '../core/conversation-state.ts';
import { takeShortage } from '../core/extend-budget.ts';
import { finishTask } from '../core/finish-task.ts';
import { goOn } from '../core/hold-task.ts';
import { toPayloads } from '../core/new-task.ts';
import type { TaskToOpen } from '../core/new-task.ts';
import type { TurnPorts } from '../core/ports.ts';
import { takeQuestion } from '../core/task-question.ts';
import { nextToLaunch } from '../core/start-task.ts';
import { sharesPlaces } from '../core/tree-places.ts';
import { toWorkflowId } from '../protocol/ids.ts';
import { SIGNALS } from '../protocol/session-messages.ts';
import type { SignalArguments, TaskOrder } from '../protocol/session-messages.ts';
import { isTerminal } from '../protocol/task.ts';
import type { TaskReport } from '../protocol/task.ts';
import { startTaskWorkflow } from './child-task.ts';
import type { ChildSettings } from './child-task.ts';
import * as activities from './durable-activities.ts';
import { now } from './durable-clock.ts';
import { storeTaskEnd, storeTasks } from './store-task.ts';
import { toEnd } from './task-end.ts';
import type { TaskEnd } from './task-end.ts';

type LauncherPorts = Pick<TurnPorts, 'record' | 'now' | 'launchTasks' | 'deliverOrders' | 'storeStop'>;

export class TaskLauncher {
  readonly #state: ConversationState;
  readonly #settings: ChildSettings;
  readonly #ports: LauncherPorts;
  /** The tasks that this run started: it hears of their ends by their handles. */
  readonly #handled = new Set<string>();
  #awaitsPlaces = false;
  /** Tasks whose texts are about to go to the store. */
  readonly #toOpen: TaskToOpen[] = [];
  /** How many writes to the store are under way beside the loop. */
  #writes = 0;
  /** The tasks that are being told something. */
  readonly #telling = new Set<string>();

  constructor(state: ConversationState, record: TurnPorts['record'], settings: ChildSettings) {
    this.#state = state;
    this.#settings = settings;
    this.#ports = {
      record,
      now,
      launchTasks: () => this.launch(),
      deliverOrders: (task) => this.deliver(task),
      storeStop: (task) => this.storeStop(task),
    };
  }

  /** Whether the store is being told something: the server drops what a run that is over had asked for. */
  get isWriting(): boolean {
    return this.#writes > 0;
  }

  /** Starts what is queued, as far as the caps allow. */
  launch(): void {
    if (Object.keys(this.#state.unopened).length > 0) this.#openSoon();
    this.#launchOpened();
  }

  /** Of a task that never had a workflow. */
  storeStop(id: string): void {
    const task = findTask(this.#state, id);
    if (task !== undefined) this.#write(() => this.#storeStop(task));
  }

  /** One order after the other: each has arrived before the next one is sent. */
  deliver(id: string): void {
    if (this.#telling.has(id) || findTask(this.#state, id)?.launch !== 'started') return;
    this.#telling.add(id);
    inBackground(async () => {
      const { undelivered } = this.#state;
      for (let order = undelivered[id]?.[0]; order !== undefined; order = undelivered[id]?.[0]) {
        await this.#tell(id, order);
        undelivered[id]?.shift();
      }
      delete undelivered[id];
      this.#telling.delete(id);
    });
  }

  /** A report by signal. */
  takeReport(report: TaskReport): void {
    const task = findTask(this.#state, report.task);
    if (task === undefined) return;
    this.#confirmStart(task);
    finishTask(this.#state, this.#ports, report);
  }

  /** A question by signal. */
  takeQuestion(question: SignalArguments['taskAsked']): void {
    this.#confirmStartOf(question.task);
    takeQuestion(this.#state, this.#ports, question);
  }

  /** By signal: it waits for a larger budget. */
  takeShortage(shortage: SignalArguments['taskExhausted']): void {
    this.#confirmStartOf(shortage.task);
    takeShortage(this.#state, this.#ports, shortage);
  }

  /** Takes up what earlier runs left: the ends of their tasks, and those that are still queued. Once, at a run's begin. */
  takeUpInherited(): void {
    inBackground(async () => {
      for (let tasks = this.#inherited(); tasks.length > 0; tasks = this.#inherited()) {
        const { workspace, session } = this.#state.id;
        const reports = await activities.watchTasks({ workspace, session, tasks });
        for (const report of reports) this.takeReport(report);
      }
    });
    this.launch();
  }

  #write(run: () => Promise<void>): void {
    this.#writes += 1;
    inBackground(async () => {
      await run();
      this.#writes -= 1;
    });
  }

  #inherited(): string[] {
    return this.#state.tasks
      .filter((task) => task.launch === 'started' && !isTerminal(task.status))
      .filter((task) => !this.#handled.has(task.id))
      .map((task) => task.id);
  }

  #launchOpened(): void {
    for (const task of nextToLaunch(this.#state)) {
      if (task.launch === 'started') {
        goOn(this.#state, this.#ports, task);
        continue;
      }
      if (!sharesPlaces(this.#state)) this.#start(task);
    }
    if (sharesPlaces(this.#state)) this.#awaitPlaces();
  }

  #start(task: TaskRecord): void {
    task.launch = 'starting';
    inBackground(() => this.#run(task));
  }

  /** For all that may start as far as this conversation knows, one request at a time. */
  #awaitPlaces(): void {
    const opened = nextToLaunch(this.#state).filter(({ launch }) => launch === 'opened');
    if (this.#awaitsPlaces || opened.length === 0) return;
    this.#awaitsPlaces = true;
    inBackground(async () => {
      const { id, roster } = this.#state;
      const tasks = opened.map((task) => task.id);
      const limit = roster.limits.maxTreeTasks;
      const { workspace, session } = id;
      const placed = await activities.takePlaces({ workspace, session, tasks, limit });
      this.#awaitsPlaces = false;
      for (const task of nextToLaunch(this.#state)) {
        if (task.launch === 'opened' && placed.includes(task.id)) this.#start(task);
      }
      // Without a place for any, and nobody else who asks for one, these tasks are not in the store any more.
      const isNews = nextToLaunch(this.#state).some((task) => !tasks.includes(task.id));
      if (placed.length > 0 || isNews) this.#launchOpened();
    });
  }

  /** Together with those that the other tool calls of the step ask for. */
  #openSoon(): void {
    const isFirst = this.#toOpen.length === 0;
    for (const [id, request] of Object.entries(this.#state.unopened)) {
      const task = findTask(this.#state, id);
      if (task !== undefined) this.#toOpen.push({ task, request });
    }
    this.#state.unopened = {};
    if (!isFirst) return;
    this.#write(async () => {
      await Promise.resolve();
      const toOpen = this.#toOpen.splice(0);
      await Promise.all(toPayloads(toOpen).map((payload) => this.#open(payload)));
    });
  }

  /** Puts the tasks' texts into the store, so that no workflow's input holds them. */
  async #open(payload: readonly TaskToOpen[]): Promise<void> {
    await storeTasks(this.#state, this.#ports, payload);
    for (const { task } of payload) {
      if (isTerminal(task.status)) this.#write(() => this.#storeStop(task));
      task.launch = 'opened';
    }
    this.#launchOpened();
  }

  async #run(task: TaskRecord): Promise<void> {
    this.#handled.add(task.id);
    try {
      const handle = await startTaskWorkflow(this.#state, task, this.#settings);
      this.#confirmStart(task);
      finishTask(this.#state, this.#ports, await handle.result());
    } catch (error) {
      await this.#endFromOutside(task, toEnd(error));
    }
  }

  #confirmStartOf(id: string): void {
    const task = findTask(this.#state, id);
    if (task !== undefined) this.#confirmStart(task);
  }

  /** Its start is a fact as soon as anything of it is heard: a fast child's report comes before its handle. */
  #confirmStart(task: TaskRecord): void {
    if (task.launch !== 'starting' || isTerminal(task.status)) return;
    this.#ports.record({ type: 'task.started', ...toTaskName(task) });
    this.deliver(task.id);
  }

  /** Nobody but the starter can say of a task that was terminated, timed out or never started how it ended. */
  async #endFromOutside(task: TaskRecord, end: TaskEnd): Promise<void> {
    if (isTerminal(task.status)) return;
    const report = await storeTaskEnd(this.#state, task, end);
    finishTask(this.#state, this.#ports, report);
  }

  /** Of a task that never had a workflow. */
  async #storeStop(task: TaskRecord): Promise<void> {
    await storeTaskEnd(this.#state, task, { status: 'cancelled', error: null });
  }

  /** A task that is gone cannot be told anything; that it is gone arrives by its own ways. */
  async #tell(id: string, order: TaskOrder): Promise<void> {
    try {
      await send(getExternalWorkflowHandle(toWorkflowId({ ...this.#state.id, task: id })), order);
    } catch (error) {
      toEnd(error);
    }
  }
}

/** A stop is a cancellation, as the Temporal Web UI sends it too. */
function send(task: ExternalWorkflowHandle, order: TaskOrder): Promise<void> {
  if (order.kind === 'stop') return task.cancel();
  if (order.kind === 'message') return task.signal(SIGNALS.taskMessage, order.message);
  return task.signal(SIGNALS.taskCommand, order);
}

/** Work beside the loop. A bug in it blocks the workflow task, as everywhere; the scope survives a cancelled root. */
function inBackground(run: () => Promise<void>): void {
  void CancellationScope.nonCancellable(run).catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });
}
