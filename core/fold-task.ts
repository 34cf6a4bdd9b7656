/** The registry of tasks: how their events change it. Each task reaches one terminal state, once. */
import { addUsage } from '../protocol/content.ts';
import type { ConversationEvent } from '../protocol/events.ts';
import { isTerminal } from '../protocol/task.ts';
import { findTask } from './conversation-state.ts';
import type { ConversationState, Hold, TaskRecord } from './conversation-state.ts';
import { beginToWait, waitNoLonger } from './waits-for.ts';

type TaskEvent = Extract<
  ConversationEvent,
  { type: `task.${string}` | `completion.${string}` | `question.${string}` }
>;

export function foldTaskEvent(state: ConversationState, event: TaskEvent): void {
  switch (event.type) {
    case 'task.queued':
    case 'task.refused':
      // The record of a queued task is made beside the event (start-task.ts): it carries what events must not.
      return;
    case 'task.started':
      update(state, event.task, (task) => {
        // What was decided of it while its start was under way holds.
        if (task.status === 'queued') task.status = 'running';
        task.launch = 'started';
        task.startedAt = event.at;
      });
      return;
    case 'task.slow':
      update(state, event.task, (task) => {
        task.nudgedAt = event.at;
        state.inbox.push({ kind: 'nudge', task: task.id });
      });
      return;
    case 'task.detached':
      update(state, event.task, (task) => {
        task.mode = 'background';
      });
      return;
    case 'task.steering':
    case 'task.steered':
    case 'task.asked':
    case 'task.paused':
    case 'task.resumed':
    case 'task.cancelling':
      if (event.task === state.id.task) foldOwnSteering(state, event);
      else update(state, event.task, (task) => foldSteering(state, task, event));
      return;
    case 'task.finished':
      if (event.task === state.id.task) state.status = 'closed';
      else finishTask(state, event);
      return;
    case 'completion.delivered':
      deliver(state, event.tasks, event.turn);
      return;
    case 'question.delivered':
      state.inbox = state.inbox.filter(
        (item) => item.kind !== 'question' || !event.tasks.includes(item.task),
      );
      return;
    case 'completion.spoken':
      for (const id of event.tasks) {
        update(state, id, (task) => {
          task.notice = { ...task.notice, state: 'spoken', message: event.message };
        });
      }
      state.unspoken = state.unspoken.filter((id) => !event.tasks.includes(id));
  }
}

type SteeringEvent = Extract<
  TaskEvent,
  { type: `task.${'steering' | 'steered' | 'asked' | 'paused' | 'resumed' | 'cancelling'}` }
>;

/** What its starter knows of it. */
function foldSteering(state: ConversationState, task: TaskRecord, event: SteeringEvent): void {
  switch (event.type) {
    case 'task.steering':
      task.steering = [...task.steering, event.message];
      // Whoever says something to a task that asks answers it; no words are a larger budget.
      if (task.asks !== null) waitNoLonger(state, task);
      return;
    case 'task.steered':
      task.steering = task.steering.filter((message) => message !== event.message);
      if (event.appliedAtStep === null) task.missedMessages += 1;
      return;
    case 'task.asked':
      task.asks = { turn: event.turn, step: event.step };
      task.isReminded = false;
      beginToWait(state, task);
      return;
    case 'task.paused':
      task.status = 'paused';
      return;
    case 'task.resumed':
      task.status = event.status;
      return;
    case 'task.cancelling':
      task.status = 'cancelling';
      task.stopMode = event.mode;
      waitNoLonger(state, task);
  }
}

/** What the task itself makes of it. */
function foldOwnSteering(state: ConversationState, event: SteeringEvent): void {
  switch (event.type) {
    case 'task.steered':
      if (event.turn === null || event.appliedAtStep === null) return;
      state.receipts.push({ message: event.message, turn: event.turn, step: event.appliedAtStep });
      return;
    case 'task.asked':
      state.untoldQuestion = { turn: event.turn, step: event.step };
      hold(state, 'question');
      return;
    case 'task.paused':
      hold(state, 'paused');
      return;
    case 'task.resumed':
      // Its starter tells it when nothing is left to wait for.
      state.holds = [];
      state.shortage = null;
      return;
    case 'task.cancelling':
      state.holds = [];
      state.untoldQuestion = null;
      state.untoldShortage = null;
      state.wrapsUp = event.mode === 'wrap_up';
      if (state.turnOpen) state.interruptedTurn = state.turn;
      return;
    case 'task.steering':
  }
}

export function hold(state: ConversationState, why: Hold): void {
  if (!state.holds.includes(why)) state.holds.push(why);
}

function update(state: ConversationState, id: string, change: (task: TaskRecord) => void): void {
  const task = findTask(state, id);
  if (task !== undefined) change(task);
}

function finishTask(state: ConversationState, event: Extract<TaskEvent, { type: 'task.finished' }>): void {
  const task = findTask(state, event.task);
  if (task === undefined || isTerminal(task.status)) return;
  Object.assign(task, {
    status: event.status,
    partial: event.partial,
    endedAt: event.at,
    runtimeMs: event.runtimeMs,
    usage: event.usage,
    error: event.error,
    files: event.files,
  });
  waitNoLonger(state, task);
  state.taskUsage = addUsage(state.taskUsage, event.usage);
  delete state.unopened[task.id];
  delete state.undelivered[task.id];
  // A transfer's end is the answer of the call that waits for it.
  const told =
    task.notify === 'always' ||
    task.notify === 'group' ||
    (task.notify === 'failure' && event.status !== 'completed');
  if (task.mode === 'background' && told) {
    task.notice = { state: 'pending', turn: null, message: null };
    if (task.notify !== 'group') state.inbox.push({ kind: 'completion', task: task.id });
  }
  if (task.group !== null) tellGroup(state, task.group);
}

/** The last end of a group brings those that wait for it, so that they are told together. */
function tellGroup(state: ConversationState, group: string): void {
  const members = state.tasks.filter((task) => task.group === group);
  if (members.some((task) => !isTerminal(task.status))) return;
  for (const { id, notify, notice } of members) {
    const isHeld = notify === 'group' && notice.state === 'pending';
    if (isHeld && !state.inbox.some((item) => item.kind === 'completion' && item.task === id)) {
      state.inbox.push({ kind: 'completion', task: id });
    }
  }
}

function deliver(state: ConversationState, tasks: string[], turn: number): void {
  state.inbox = state.inbox.filter((item) => item.kind !== 'completion' || !tasks.includes(item.task));
  for (const id of tasks) {
    delete state.functionCalls[id];
    update(state, id, (task) => {
      task.notice = { state: 'delivered', turn, message: null };
    });
    if (!state.unspoken.includes(id)) state.unspoken.push(id);
  }
}
