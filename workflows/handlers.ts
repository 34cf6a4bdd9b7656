/**
 * What sessions and tasks alike answer to. Handlers record; the loop acts. All are registered before the first
 * await, so that nothing that comes early is lost.
 */
import {
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import { findTask } from '../core/conversation-state.ts';
import type { TaskRecord } from '../core/conversation-state.ts';
import { messageTask } from '../core/message-task.ts';
import type { Refusal } from '../core/refusal.ts';
import { refuseTask, startTask } from '../core/start-task.ts';
import { requestStop, toReceipt } from '../core/stop-task.ts';
import { readConversation } from '../core/view.ts';
import { REFUSALS } from '../protocol/failures.ts';
import { QUERIES, SIGNALS, UPDATES } from '../protocol/session-messages.ts';
import type {
  ConversationRead,
  SignalArguments,
  UpdateArguments,
  UpdateResults,
} from '../protocol/session-messages.ts';
import { isTerminal } from '../protocol/task.ts';
import type { Conversation } from './conversation.ts';

/** Below the ten seconds that the API gives an update: a stop that takes longer is answered as `cancelling`. */
const QUIET_WITHIN_MS = 8_000;

const readQuery = defineQuery<ConversationRead, [number]>(QUERIES.read);

export function refuse(refusal: Refusal | null): void {
  if (refusal !== null) throw ApplicationFailure.create({ ...refusal, nonRetryable: true });
}

/** An update's handler and validator, by the shapes of the protocol. */
export function setUpdateHandler<Name extends keyof UpdateArguments>(
  name: Name,
  handler: (argument: UpdateArguments[Name]) => UpdateResults[Name] | Promise<UpdateResults[Name]>,
  validator: (argument: UpdateArguments[Name]) => void,
): void {
  setHandler(defineUpdate<UpdateResults[Name], [UpdateArguments[Name]]>(UPDATES[name]), handler, {
    validator,
  });
}

export function setSignalHandler<Name extends keyof SignalArguments>(
  name: Name,
  handler: (argument: SignalArguments[Name]) => void,
): void {
  setHandler(defineSignal<[SignalArguments[Name]]>(SIGNALS[name]), handler);
}

export function setConversationHandlers(conversation: Conversation): void {
  const { state, ports, launcher } = conversation;

  setHandler(readQuery, (fromOffset) => readConversation(state, fromOffset));

  setSignalHandler('taskReport', (report) => launcher.takeReport(report));
  setSignalHandler('startTask', (request) => {
    startTask(state, ports, request, { cause: 'signal', mode: 'background' });
  });

  setUpdateHandler(
    'startTask',
    (request) => {
      const started = startTask(state, ports, request, { cause: 'api', mode: 'background' });
      if ('refused' in started) throw ApplicationFailure.create({ ...started.refused, nonRetryable: true });
      return { task: started.task.id, status: started.task.status, existing: started.existing };
    },
    (request) => refuse(isKnown(request.id) ? null : refuseTask(state, request)),
  );

  setUpdateHandler(
    'stopTask',
    async ({ task: id }) => {
      const task = own(id);
      const changed = requestStop(state, ports, task);
      await ports.until(() => isTerminal(task.status), QUIET_WITHIN_MS);
      return toReceipt(task, changed);
    },
    ({ task }) => void own(task),
  );

  setUpdateHandler(
    'steerTask',
    ({ id, hash, task, text }) => {
      const seen = state.seen.find((entry) => entry.id === id);
      if (seen !== undefined) return { message: id, turn: seen.turn, offset: seen.offset };
      messageTask(state, ports, own(task), {
        id,
        hash,
        content: [{ type: 'text', text }],
        delivery: 'next_step',
      });
      state.seen.push({ id, hash, turn: state.turn, offset: state.offset });
      return { message: id, turn: state.turn, offset: state.offset };
    },
    ({ id, task }) => {
      if (state.seen.some((entry) => entry.id === id)) return;
      if (isTerminal(own(task).status)) {
        refuse({ type: REFUSALS.taskFinished, message: `task ${task} has ended: it takes no more messages` });
      }
    },
  );

  function isKnown(id: string | undefined): boolean {
    return id !== undefined && findTask(state, id) !== undefined;
  }

  function own(id: string): TaskRecord {
    const task = findTask(state, id);
    if (task !== undefined) return task;
    throw ApplicationFailure.create({
      type: REFUSALS.taskNotFound,
      message: `task not found: ${id}`,
      nonRetryable: true,
    });
  }
}
