/** The workflow of a background agent: one piece of work, from its text in the store to its result there. */
import { CancellationScope, condition, continueAsNew, getExternalWorkflowHandle } from '@temporalio/workflow';
import { acceptMessage, refuseMessage } from '../core/accept-message.ts';
import { openConversation } from '../core/conversation-state.ts';
import type { ConversationState } from '../core/conversation-state.ts';
import { toCarriedState, unarchivedEvents } from '../core/rollover.ts';
import { requestStop } from '../core/stop-task.ts';
import { runTurn } from '../core/turn.ts';
import type { TurnEnd } from '../core/turn.ts';
import { addUsage } from '../protocol/content.ts';
import type { EventError } from '../protocol/events.ts';
import { toWorkflowId } from '../protocol/ids.ts';
import { SIGNALS } from '../protocol/session-messages.ts';
import { isTerminal } from '../protocol/task.ts';
import type { TaskInput, TaskReport } from '../protocol/task.ts';
import { createConversation } from './conversation.ts';
import type { Conversation } from './conversation.ts';
import * as activities from './durable-activities.ts';
import { now } from './durable-clock.ts';
import { setReadHandler, setSignalHandler } from './handlers.ts';
import { setTaskHandlers } from './task-handlers.ts';
import { archiveConversation, isRolloverDue } from './roll-over.ts';
import { toEnd } from './task-end.ts';

/** How a task's work ended. */
interface WorkEnd {
  status: TaskReport['status'];
  partial: boolean;
  error: EventError | null;
}

export async function task(input: TaskInput): Promise<TaskReport> {
  const carried = input.carried as ConversationState | undefined;
  // What an earlier version did not carry begins as in a new conversation.
  const conversation = createConversation({ ...openTaskConversation(input), ...carried }, input);
  const { state, ports } = conversation;
  let isStopped = false;
  setReadHandler(conversation);
  setTaskHandlers(conversation);
  setSignalHandler('taskMessage', (message) => {
    if (refuseMessage(state, message) === null) acceptMessage(state, ports, message);
  });
  if (carried === undefined) ports.record({ type: 'task.started', ...nameOf(input) });
  const root = CancellationScope.current();
  return CancellationScope.nonCancellable(async () => {
    root.cancelRequested.catch(() => {
      isStopped = true;
      if (state.turnOpen) ports.record({ type: 'turn.interrupting', turn: state.turn });
    });
    conversation.launcher.takeUpInherited();
    const end = await work(conversation, input, () => isStopped);
    return finish(conversation, input, end);
  });
}

function nameOf({
  task,
  agent,
  title,
  depth,
}: TaskInput): Pick<TaskInput, 'task' | 'agent' | 'title' | 'depth'> {
  return { task, agent, title, depth };
}

function openTaskConversation(input: TaskInput): ConversationState {
  const { workspace, session, task: id, roster, agent, depth, ancestors, maxTurns } = input;
  const state = openConversation({
    id: { workspace, session, task: id },
    roster,
    agent,
    depth,
    ancestors,
    ...(maxTurns === undefined ? {} : { maxTurns }),
    at: now(),
  });
  // The task's text is the first row of its transcript, written when it was queued.
  state.head = [1, 1, 0];
  return state;
}

const STOP_ARRIVES_WITHIN_MS = 60_000;

/** Turns until there is an answer that nothing that the task started could still change. */
async function work(
  conversation: Conversation,
  input: TaskInput,
  isStopped: () => boolean,
): Promise<WorkEnd> {
  const { state, ports, rollover } = conversation;
  const firstStep = state.step;
  const isDue = (): boolean => isRolloverDue(state, rollover, state.step - firstStep);
  let partial = false;
  while (!isStopped()) {
    const end: TurnEnd = await runTurn(state, ports, { atLimit: 'answer', mayRollOver: isDue });
    if (end === 'rollover') {
      await archiveConversation(state);
      if (isDue() && !isStopped())
        await continueAsNew<typeof task>({ ...input, carried: toCarriedState(state) });
      continue;
    }
    if (end === 'failed') return { status: 'failed', partial: false, error: lastError(state) };
    if (end === 'interrupted') {
      // The order may come by the bus before it arrives here; one that never does leaves a turn to be gone on with.
      await ports.until(isStopped, STOP_ARRIVES_WITHIN_MS);
      continue;
    }
    partial = end === 'limit';
    await condition(() => isStopped() || state.inbox.length > 0 || !hasUnfinishedTasks(state));
    const isDone = state.inbox.length === 0 && !hasUnfinishedTasks(state);
    if (isDone) return { status: 'completed', partial, error: null };
  }
  return { status: 'cancelled', partial, error: null };
}

/** A task holds its answer while tasks of its own run. */
function hasUnfinishedTasks(state: ConversationState): boolean {
  return state.tasks.some((child) => !isTerminal(child.status));
}

function lastError(state: ConversationState): EventError | null {
  const last = state.events.findLast((event) => event.type === 'turn.finished');
  return last?.type === 'turn.finished' ? last.error : null;
}

/** Its own tasks end first; then its result is in the store, its starter is told, and it is over. */
async function finish(conversation: Conversation, input: TaskInput, end: WorkEnd): Promise<TaskReport> {
  const { state, ports } = conversation;
  state.status = 'closing';
  for (const child of state.tasks) requestStop(state, ports, child);
  const stopping = state.tasks.filter(
    (child) => child.status === 'cancelling' || child.status === 'cancelled',
  );
  await condition(() => state.tasks.every((child) => isTerminal(child.status)));
  const report = {
    task: input.task,
    ...end,
    usage: addUsage(state.usage, state.taskUsage),
    startedAt: state.startedAt,
    endedAt: now(),
  };
  const runtimeMs = report.endedAt - report.startedAt;
  const { usage, status, partial, error } = report;
  ports.record({
    type: 'task.finished',
    ...nameOf(input),
    status,
    partial,
    usage,
    runtimeMs,
    error,
    files: state.files,
  });
  const stored = await activities.finishTask({
    workspace: input.workspace,
    session: input.session,
    ...report,
    append: state.unstored,
    events: unarchivedEvents(state),
  });
  const stopped = stopping.flatMap((child) => [
    { id: child.id, agent: child.agent, status: child.status, partial: child.partial },
    ...child.stopped,
  ]);
  const whole: TaskReport = {
    ...report,
    ...stored,
    partial: partial || isPartial(end, stored.resultSize),
    stopped,
  };
  await reportTo(input, whole);
  return whole;
}

/** What a stopped or failed task had said until then is its partial output. */
function isPartial(end: WorkEnd, resultSize: number): boolean {
  return end.status !== 'completed' && resultSize > 0;
}

/** To the workflow id without a run, so that a starter that continued as new gets it. Without one nobody asks. */
async function reportTo(input: TaskInput, report: TaskReport): Promise<void> {
  const starter = toWorkflowId({ workspace: input.workspace, session: input.session, task: input.starter });
  try {
    await getExternalWorkflowHandle(starter).signal(SIGNALS.taskReport, report);
  } catch (error) {
    toEnd(error);
  }
}
