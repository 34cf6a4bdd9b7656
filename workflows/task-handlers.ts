/** What a conversation answers to as the starter of tasks: their start, stop and steering, and their reports. */
import { findTask } from '../core/conversation-state.ts';
import type { ConversationState, TaskRecord } from '../core/conversation-state.ts';
import { refuseReusedId } from '../core/accept-message.ts';
import { messageTask } from '../core/message-task.ts';
import type { Refusal } from '../core/refusal.ts';
import { refuseTask, startTask } from '../core/start-task.ts';
import { requestStop, toReceipt } from '../core/stop-task.ts';
import { REFUSALS } from '../protocol/failures.ts';
import type { SteerRequest } from '../protocol/session-messages.ts';
import { isTerminal } from '../protocol/task.ts';
import type { Conversation } from './conversation.ts';
import { refuse, setSignalHandler, setUpdateHandler } from './handlers.ts';

/** Below the ten seconds that the API gives an update: a stop that takes longer is answered as `cancelling`. */
const QUIET_WITHIN_MS = 8_000;

export function setTaskHandlers(conversation: Conversation): void {
  setSignalHandler('taskReport', (report) => conversation.launcher.takeReport(report));
  setStartHandlers(conversation);
  setStopHandler(conversation);
  setSteerHandler(conversation);
}

function setStartHandlers({ state, ports }: Conversation): void {
  setSignalHandler('startTask', (request) => {
    startTask(state, ports, request, { cause: 'signal', mode: 'background' });
  });

  setUpdateHandler(
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

function setStopHandler({ state, ports }: Conversation): void {
  setUpdateHandler(
    'stopTask',
    async ({ task: id }) => {
      const task = ownTask(state, id);
      const changed = requestStop(state, ports, task);
      await ports.until(() => isTerminal(task.status), QUIET_WITHIN_MS);
      return toReceipt(task, changed);
    },
    ({ task }) => void ownTask(state, task),
  );
}

function setSteerHandler({ state, ports }: Conversation): void {
  setUpdateHandler(
    'steerTask',
    ({ id, hash, task, text }) => {
      const seen = state.seen.find((entry) => entry.id === id);
      if (seen !== undefined) return { turn: seen.turn, offset: seen.offset };
      const content = [{ type: 'text' as const, text }];
      messageTask(state, ports, ownTask(state, task), { id, hash, content });
      state.seen.push({ id, hash, turn: state.turn, offset: state.offset });
      return { turn: state.turn, offset: state.offset };
    },
    (request) => refuse(refuseSteering(state, request)),
  );
}

function refuseSteering(state: ConversationState, request: SteerRequest): Refusal | null {
  const reused = refuseReusedId(state, request);
  if (reused !== undefined) return reused;
  const task = ownTask(state, request.task);
  if (!isTerminal(task.status)) return null;
  return { type: REFUSALS.taskFinished, message: `task ${task.id} has ended: it takes no more messages` };
}

/** The task, or a refusal in the words that an id of somebody else's task gets too. */
function ownTask(state: ConversationState, id: string): TaskRecord {
  const task = findTask(state, id);
  if (task !== undefined) return task;
  refuse({ type: REFUSALS.taskNotFound, message: `task not found: ${id}` });
  throw new Error('a refusal was not thrown');
}
