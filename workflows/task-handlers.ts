/** What a conversation answers to as the starter of tasks: their start, stop and steering, and their reports. */
import { findTask } from '../core/conversation-state.ts';
import type { ConversationState, TaskRecord } from '../core/conversation-state.ts';
import { refuseReusedId, rememberMessage } from '../core/accept-message.ts';
import { extendBudget } from '../core/extend-budget.ts';
import { pauseTask, resumeTask } from '../core/hold-task.ts';
import { confirmMessage, isOverfull, messageTask, takesMessages } from '../core/message-task.ts';
import type { Refusal } from '../core/refusal.ts';
import { refuseTask, startTask } from '../core/start-task.ts';
import { requestStop, toReceipt } from '../core/stop-task.ts';
import { REFUSALS } from '../protocol/failures.ts';
import type { SteerRequest } from '../protocol/session-messages.ts';
import { isTerminal } from '../protocol/task.ts';
import type { Conversation } from './conversation.ts';
import { refuse, setCommandHandler, setUpdateHandler } from './handlers.ts';
import type { SignalHandlers } from './handlers.ts';

/** Below the ten seconds that the API gives an update: a stop that takes longer is answered as `cancelling`. */
const QUIET_WITHIN_MS = 8_000;

/** For `setSignalHandlers`: what comes by signal to a starter of tasks. */
export function taskSignals({ state, ports, launcher }: Conversation): SignalHandlers {
  return {
    startTask(request) {
      startTask(state, ports, request, { cause: 'signal', mode: 'background' });
    },
    taskSteered: (receipt) => confirmMessage(state, ports, receipt),
    taskAsked: (question) => launcher.takeQuestion(question),
    taskExhausted: (shortage) => launcher.takeShortage(shortage),
    taskReport: (report) => launcher.takeReport(report),
  };
}

export function setTaskHandlers(conversation: Conversation): void {
  setStartHandlers(conversation);
  setStopHandler(conversation);
  setSteerHandlers(conversation);
  setHoldHandlers(conversation);
  setBudgetHandler(conversation);
}

function setStartHandlers(conversation: Conversation): void {
  const { state, ports } = conversation;
  setUpdateHandler(
    conversation,
    'startTask',
    (request) => {
      const started = startTask(state, ports, request, { cause: 'api', mode: 'background' });
      if ('refused' in started) throw new Error('the validator let a task pass that may not start');
      return { task: started.task.id, status: started.task.status, existing: started.existing };
    },
    (request) => {
      const isKnown = request.id !== undefined && findTask(state, request.id) !== undefined;
      if (!isKnown) refuse(refuseTask(state, request));
    },
  );
}

function setStopHandler(conversation: Conversation): void {
  const { state, ports } = conversation;
  setUpdateHandler(
    conversation,
    'stopTask',
    async ({ task: id, mode }) => {
      const task = ownTask(state, id);
      const changed = requestStop(state, ports, task, { mode });
      await ports.until(() => isTerminal(task.status), QUIET_WITHIN_MS);
      return toReceipt(task, changed, mode);
    },
    ({ task }) => void ownTask(state, task),
  );
}

function setSteerHandlers(conversation: Conversation): void {
  const { state, ports } = conversation;
  setUpdateHandler(
    conversation,
    'steerTask',
    ({ id, hash, task, text, mode = 'append' }) => {
      const seen = state.seen.find((entry) => entry.id === id);
      if (seen !== undefined) return { turn: seen.turn, offset: seen.offset };
      const message = { id, hash, content: [{ type: 'text' as const, text }] };
      messageTask(state, ports, ownTask(state, task), { message, mode });
      rememberMessage(state, { id, hash, turn: state.turn, offset: state.offset });
      return { turn: state.turn, offset: state.offset };
    },
    (request) => refuse(refuseSteering(state, request)),
  );
}

function refuseSteering(state: ConversationState, request: SteerRequest): Refusal | null {
  const reused = refuseReusedId(state, request);
  if (reused !== undefined) return reused;
  const task = ownTask(state, request.task);
  if (isOverfull(state, task.id)) {
    return {
      type: REFUSALS.inboxFull,
      message: `too much waits for task ${task.id} already: send this again later`,
    };
  }
  if (takesMessages(task.status)) return null;
  const why = isTerminal(task.status) ? 'has ended' : 'is being stopped';
  return { type: REFUSALS.taskFinished, message: `task ${task.id} ${why}: it takes no more messages` };
}

function setBudgetHandler(conversation: Conversation): void {
  const { state, ports } = conversation;
  setCommandHandler(
    conversation,
    'extendBudget',
    (extension) => ({ tasks: extendBudget(state, ports, extension) }),
    () => undefined,
  );
}

function setHoldHandlers(conversation: Conversation): void {
  const { state, ports } = conversation;
  for (const [name, act] of [['pauseTask', pauseTask] as const, ['resumeTask', resumeTask] as const]) {
    setCommandHandler(
      conversation,
      name,
      ({ task: id }) => {
        const task = ownTask(state, id);
        const changed = act(state, ports, task);
        return { status: task.status, changed };
      },
      ({ task }) => void ownTask(state, task),
    );
  }
}

/** The task, or a refusal in the words that an id of somebody else's task gets too. */
function ownTask(state: ConversationState, id: string): TaskRecord {
  const task = findTask(state, id);
  if (task !== undefined) return task;
  refuse({ type: REFUSALS.taskNotFound, message: `task not found: ${id}` });
  throw new Error('a refusal was not thrown');
}
