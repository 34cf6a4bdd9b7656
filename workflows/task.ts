/** The workflow of a background agent: one piece of work, from its text in the store to its result there. */
import { CancellationScope, condition, continueAsNew } from '@temporalio/workflow';
import { acceptMessage } from '../core/accept-message.ts';
import { completeReport } from '../core/complete-report.ts';
import { hasRunningFunctions } from '../core/finish-function.ts';
import { readCarriedState } from '../core/carried-state.ts';
import { openConversation } from '../core/conversation-state.ts';
import type { ConversationState, Opening, TaskRecord } from '../core/conversation-state.ts';
import { placePrerequisites } from '../core/prerequisites.ts';
import { remindOfQuestions } from '../core/remind-of-questions.ts';
import { toCarriedState, unarchivedEvents } from '../core/rollover.ts';
import { budgetWords } from '../core/budget.ts';
import { requestStop } from '../core/stop-task.ts';
import { runTurn } from '../core/turn.ts';
import type { TurnEnd } from '../core/turn.ts';
import { addUsage } from '../protocol/content.ts';
import type { BudgetUse } from '../protocol/budget.ts';
import type { EventError } from '../protocol/events.ts';
import { isTerminal } from '../protocol/task.ts';
import type { StoppedTask, TaskReport } from '../protocol/task.ts';
import type { TaskInput } from '../protocol/task-input.ts';
import { createConversation, gatherCompletions } from './conversation.ts';
import type { Conversation } from './conversation.ts';
import * as activities from './durable-activities.ts';
import { now } from './durable-clock.ts';
import { setReadHandler } from './handlers.ts';
import { setTaskHandlers } from './task-handlers.ts';
import { keepStatuses } from './keep-statuses.ts';
import { archiveConversation, isRolloverDue } from './roll-over.ts';
import { heedOrders, untilChildrenEnded } from './task-orders.ts';
import type { TaskStop } from './task-orders.ts';
import { tellStarterOfSteps } from './tell-starter.ts';

/** How a task's work ended. */
interface WorkEnd {
  status: TaskReport['status'];
  partial: boolean;
  error: EventError | null;
}

export async function task(input: TaskInput): Promise<TaskReport> {
  const conversation = createConversation(openState(input), input);
  // What came before the first run began is handled as handlers are set, and stands behind its beginning.
  if (input.carried === undefined) begin(conversation, input);
  setReadHandler(conversation);
  setTaskHandlers(conversation);
  const stop = heedOrders(conversation, input.task);
  return CancellationScope.nonCancellable(async () => {
    void tellStarterOfSteps(conversation, input);
    void keepStatuses(conversation.state);
    conversation.launcher.takeUpInherited();
    const end = await work(conversation, input, stop);
    return finish(conversation, input, end);
  });
}

function begin({ state, ports }: Conversation, input: TaskInput): void {
  ports.record({ type: 'task.started', ...nameOf(input) });
  for (const message of input.messages ?? []) acceptMessage(state, ports, message);
}

/** What it began with is in its state by now. */
function forNextRun({ messages: _messages, prerequisites: _prerequisites, ...input }: TaskInput): TaskInput {
  return input;
}

function nameOf({
  task,
  agent,
  title,
  depth,
}: TaskInput): Pick<TaskInput, 'task' | 'agent' | 'title' | 'depth'> {
  return { task, agent, title, depth };
}

function openState({ carried, ...input }: TaskInput): ConversationState {
  const { workspace, session, task: id, roster, agent, depth, ancestors, maxTurns } = input;
  const opening: Opening = {
    id: { workspace, session, task: id },
    roster,
    agent,
    depth,
    ancestors,
    ...(maxTurns === undefined ? {} : { maxTurns }),
    at: now(),
  };
  if (carried !== undefined) return readCarriedState(opening, carried);
  const state = openConversation(opening);
  // The task's text is the first row of its transcript, written when it was queued.
  state.head = [1, 1, 0];
  if (input.prerequisites !== undefined) {
    placePrerequisites(state, { id: `msg_${id}_before`, at: now(), tasks: input.prerequisites });
  }
  return state;
}

const ORDER_ARRIVES_WITHIN_MS = 60_000;

/** Turns until there is an answer that nothing that the task started could still change. */
async function work(conversation: Conversation, input: TaskInput, stop: TaskStop): Promise<WorkEnd> {
  const { state, ports } = conversation;
  const firstStep = state.step;
  const isDue = (): boolean => isRolloverDue(conversation, state.step - firstStep);
  let partial = false;
  while (!stop.isNow) {
    if (state.wrapsUp) await untilChildrenEnded(conversation, stop);
    const end: TurnEnd = await runTurn(state, ports, { atLimit: 'answer', mayRollOver: isDue });
    if (end === 'rollover') {
      await archiveConversation(state);
      if (isDue() && !stop.isNow)
        await continueAsNew<typeof task>({ ...forNextRun(input), carried: toCarriedState(state) });
      continue;
    }
    if (end === 'failed') return { status: 'failed', partial: false, error: lastError(state) };
    if (end === 'interrupted') {
      // The order may come by the bus before it arrives here; one that never does leaves a turn to be gone on with.
      await ports.until(() => stop.isNow || state.interruptedTurn === state.turn, ORDER_ARRIVES_WITHIN_MS);
      continue;
    }
    if (end === 'limit' && state.shortage !== null) return toBudgetEnd(state.shortage);
    partial = end === 'limit';
    if (!state.wrapsUp && remindOfQuestions(state, ports)) continue;
    await condition(() => stop.isNow || state.inbox.length > 0 || !hasUnfinishedTasks(state));
    await gatherCompletions(conversation);
    const isDone = state.inbox.length === 0 && !hasUnfinishedTasks(state);
    if (isDone) return { status: 'completed', partial, error: null };
  }
  return { status: 'cancelled', partial, error: null };
}

function toBudgetEnd(use: BudgetUse): WorkEnd {
  const message = `The budget does not allow another step: ${budgetWords(use)} are used.`;
  return { status: 'cancelled', partial: false, error: { type: 'budget.exhausted', message } };
}

/** A task holds its answer while tasks of its own run, or functions that it does not wait for. */
function hasUnfinishedTasks(state: ConversationState): boolean {
  return state.tasks.some((child) => !isTerminal(child.status)) || hasRunningFunctions(state);
}

function lastError(state: ConversationState): EventError | null {
  const last = state.events.findLast((event) => event.type === 'turn.finished');
  return last?.type === 'turn.finished' ? last.error : null;
}

/** Its own tasks end first; then its result is in the store, its starter is told, and it is over. */
async function finish(conversation: Conversation, input: TaskInput, end: WorkEnd): Promise<TaskReport> {
  const { state, ports, functions, launcher } = conversation;
  state.status = 'closing';
  for (const child of state.tasks) requestStop(state, ports, child);
  functions.cancel();
  await condition(() => !hasUnfinishedTasks(state) && state.receipts.length === 0 && !launcher.isWriting);
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
  const isStopped = end.status === 'cancelled' || state.wrapsUp;
  const stopped = isStopped ? state.tasks.flatMap(toStopped) : [];
  const stored = await activities.finishTask({
    workspace: input.workspace,
    session: input.session,
    starter: { task: input.starter },
    ...report,
    stopped,
    append: state.unstored,
    events: unarchivedEvents(state),
  });
  return completeReport({ ...report, stopped }, stored);
}

function toStopped({ id, agent, status, partial, stopped }: TaskRecord): StoppedTask[] {
  return [{ id, agent, status, partial }, ...stopped];
}
