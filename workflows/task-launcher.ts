/**
 * Child workflows of a conversation: their start within the caps, and their end, which arrives three ways: by the
 * handle of the run that started them, by their report, and, for those of earlier runs, by the watch.
 */
import { CancellationScope, getExternalWorkflowHandle, isCancellation } from '@temporalio/workflow';
import { findTask } from '../core/conversation-state.ts';
import type { ConversationState, TaskRecord } from '../core/conversation-state.ts';
import { finishTask } from '../core/finish-task.ts';
import { deliverHeldMessages } from '../core/message-task.ts';
import type { TurnPorts } from '../core/ports.ts';
import { nextToLaunch } from '../core/start-task.ts';
import { toWorkflowId } from '../protocol/ids.ts';
import { SIGNALS } from '../protocol/session-messages.ts';
import type { SendMessage } from '../protocol/session-messages.ts';
import { isTerminal } from '../protocol/task.ts';
import type { RolloverThreshold, TaskReport } from '../protocol/task.ts';
import { startTaskWorkflow } from './child-task.ts';
import * as activities from './durable-activities.ts';
import { now } from './durable-clock.ts';
import { toEnd } from './task-end.ts';
import type { TaskEnd } from './task-end.ts';

export interface TaskLauncher extends Pick<TurnPorts, 'launchTasks' | 'cancelTask' | 'messageTask'> {
  /** A report by signal. */
  takeReport(report: TaskReport): void;
  /** Watches the unfinished tasks of earlier runs; to be called once when a run begins. */
  watchInherited(): void;
}

export function createTaskLauncher(
  state: ConversationState,
  record: TurnPorts['record'],
  settings: { user: string | null; rollover: RolloverThreshold },
): TaskLauncher {
  const scopes: Record<string, CancellationScope> = {};
  const ports = { record, now, launchTasks, messageTask };

  function launchTasks(): void {
    for (const task of state.tasks) {
      if (task.launch === 'unopened' && state.unopened[task.id] !== undefined) inBackground(() => open(task));
    }
    launchOpened();
  }

  function launchOpened(): void {
    for (const task of nextToLaunch(state)) {
      task.launch = 'starting';
      inBackground(() => run(task));
    }
  }

  /** Puts the task's text into the store, so that no workflow's input holds it. */
  async function open(task: TaskRecord): Promise<void> {
    const request = state.unopened[task.id];
    if (request === undefined) return;
    delete state.unopened[task.id];
    const { workspace, session } = state.id;
    await activities.openTask({
      workspace,
      session,
      task: task.id,
      starter: { task: state.id.task },
      agent: task.agent,
      title: task.title,
      depth: task.depth,
      text: request.task,
      expectedOutput: request.expectedOutput ?? null,
      attachments: request.attachments ?? [],
      context: request.context ?? 'none',
      variables: request.variables ?? {},
      queuedAt: task.queuedAt,
    });
    if (isTerminal(task.status)) await storeEnd(task, { status: 'cancelled', error: null });
    else task.launch = 'opened';
    launchOpened();
  }

  async function run(task: TaskRecord): Promise<void> {
    const scope = new CancellationScope();
    scopes[task.id] = scope;
    try {
      const handle = await scope.run(() => startTaskWorkflow(state, task, settings));
      confirmStart(task);
      finishTask(state, ports, await scope.run(() => handle.result()));
    } catch (error) {
      await endFromOutside(task, toEnd(error));
    } finally {
      delete scopes[task.id];
    }
  }

  /** Its start is a fact as soon as anything of it is heard: a fast child's report comes before its handle. */
  function confirmStart(task: TaskRecord): void {
    if (task.launch !== 'starting' || isTerminal(task.status)) return;
    const cancelling = task.status === 'cancelling';
    record({ type: 'task.started', task: task.id });
    if (cancelling) record({ type: 'task.cancelling', task: task.id });
    deliverHeldMessages(state, ports, task.id);
  }

  function takeReport(report: TaskReport): void {
    const task = findTask(state, report.task);
    if (task === undefined) return;
    confirmStart(task);
    finishTask(state, ports, report);
  }

  /** Nobody but the starter can say of a task that was terminated, timed out or never started how it ended. */
  async function endFromOutside(task: TaskRecord, end: TaskEnd): Promise<void> {
    if (isTerminal(task.status)) return;
    const report = await storeEnd(task, end);
    finishTask(state, ports, report);
  }

  async function storeEnd(task: TaskRecord, end: TaskEnd): Promise<TaskReport> {
    const { workspace, session } = state.id;
    const startedAt = task.startedAt ?? now();
    const usage = {
      inputTokens: null,
      cachedInputTokens: null,
      outputTokens: null,
      reasoningTokens: null,
      costUsd: null,
      modelCalls: 0,
    };
    const ended = { task: task.id, ...end, partial: false, usage, startedAt, endedAt: now() };
    const stored = await activities.finishTask({ workspace, session, ...ended, append: [], events: [] });
    return { ...ended, ...stored, partial: stored.resultSize > 0, stopped: [] };
  }

  function cancelTask(id: string): void {
    const scope = scopes[id];
    if (scope !== undefined) scope.cancel();
    else inBackground(() => tell(id, (handle) => handle.cancel()));
  }

  function messageTask(id: string, message: SendMessage): void {
    inBackground(() => tell(id, (handle) => handle.signal(SIGNALS.taskMessage, message)));
  }

  /** A task that is gone cannot be told anything; that it is gone arrives by its own ways. */
  async function tell(
    id: string,
    send: (handle: ReturnType<typeof getExternalWorkflowHandle>) => Promise<void>,
  ): Promise<void> {
    try {
      await send(getExternalWorkflowHandle(toWorkflowId({ ...state.id, task: id })));
    } catch (error) {
      toEnd(error);
    }
  }

  function watchInherited(): void {
    inBackground(async () => {
      for (;;) {
        const tasks = state.tasks
          .filter(
            (task) => task.launch === 'started' && !isTerminal(task.status) && scopes[task.id] === undefined,
          )
          .map((task) => task.id);
        if (tasks.length === 0) return;
        const { workspace, session } = state.id;
        const reports = await activities.watchTasks({ workspace, session, tasks });
        for (const report of reports) takeReport(report);
      }
    });
    launchTasks();
  }

  return { launchTasks, cancelTask, messageTask, takeReport, watchInherited };
}

/** Work beside the loop. A bug in it blocks the workflow task, as everywhere; the scope survives a cancelled root. */
function inBackground(run: () => Promise<void>): void {
  void CancellationScope.nonCancellable(run).catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });
}
