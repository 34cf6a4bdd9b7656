import type { Client } from '@temporalio/client';
import { toControlTopic } from '../../bus/bus.ts';
import type { Bus } from '../../bus/bus.ts';
import { toUpdateId, toWorkflowId } from '../../protocol/ids.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import type {
  Acknowledgement,
  SendMessage,
  UpdateArguments,
  UpdateResults,
} from '../../protocol/session-messages.ts';
import { awaitTurn } from './await-turn.ts';
import type { Gateway } from './gateway.ts';
import { cancelWorkflow } from './cancel-workflow.ts';
import { runUpdate } from './run-update.ts';

type Commands = Pick<
  Gateway,
  | 'sendMessage'
  | 'awaitTurn'
  | 'interrupt'
  | 'startTask'
  | 'stopTask'
  | 'steerTask'
  | 'pauseTask'
  | 'resumeTask'
  | 'extendBudget'
  | 'cancelOrphan'
  | 'close'
>;

/** Commands to a conversation's workflow. What they stop is aborted over the bus as soon as it is accepted. */
export function createCommands(client: Client, bus: Bus, deadlineMs: number): Commands {
  function update<Name extends keyof UpdateArguments>(
    id: ConversationId,
    name: Name,
    argument: UpdateArguments[Name],
    updateId: string,
    onAccepted?: () => void,
  ): Promise<UpdateResults[Name]> {
    return runUpdate(client, {
      workflowId: toWorkflowId(id),
      name,
      argument,
      updateId,
      deadlineMs,
      onAccepted,
    });
  }

  /** The fast way of a stop that is in history; the slow one, cancellation, works without it. */
  function abort(id: ConversationId, turn: number | null): void {
    bus.publish(toControlTopic(id), { type: 'abort', turn });
  }

  async function sendMessage(id: ConversationId, message: SendMessage): Promise<Acknowledgement> {
    const { turn, offset } = await update(id, 'sendMessage', message, toUpdateId(message));
    if (message.delivery === 'interrupt') abort(id, turn - 1);
    return { message: message.id, turn, offset };
  }

  return {
    sendMessage,
    awaitTurn: (id, message, wait) =>
      awaitTurn(client, id, message, { ...wait, deadlineMs, sendMessage: () => sendMessage(id, message) }),
    async interrupt(id, request) {
      const answer = await update(id, 'interrupt', {}, request);
      if (answer.changed && answer.turn !== null) abort(id, answer.turn);
      return answer;
    },
    startTask: (id, task, request) => update(id, 'startTask', task, request),
    stopTask: (id, stop, request, subtree) =>
      update(id, 'stopTask', stop, request, () => {
        // One that wraps up has a step to come: its own workflow says what is to be aborted.
        if (stop.mode === 'now') for (const task of subtree) abort({ ...id, task }, null);
      }),
    async steerTask(id, message) {
      return { message: message.id, ...(await update(id, 'steerTask', message, toUpdateId(message))) };
    },
    pauseTask: (id, task, request) => update(id, 'pauseTask', { task }, request),
    resumeTask: (id, task, request) => update(id, 'resumeTask', { task }, request),
    extendBudget: (id, extension, request) => update(id, 'extendBudget', extension, request),
    cancelOrphan: (task) => cancelWorkflow(client, toWorkflowId(task), deadlineMs),
    async close(id, close, request) {
      const answer = await update(id, 'close', close, request);
      if (answer.changed) abort(id, null);
      return answer;
    },
  };
}
