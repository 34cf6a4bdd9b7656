import type { Client } from '@temporalio/client';
import { toWaitingUpdateId, toWorkflowId } from '../../protocol/ids.ts';
import type { ConversationId } from '../../protocol/ids.ts';
import type { Acknowledgement, SendMessage } from '../../protocol/session-messages.ts';
import type { AwaitedTurn, Wait } from './gateway.ts';
import { runPatientUpdate } from './run-update.ts';

/**
 * Sends a message by an update that is answered when the turn that takes it has ended. Where that has no answer while
 * it is waited for, the message is sent again without the wait (`sendMessage`): the workflow knows it, acknowledges it,
 * and ends the wait.
 */
export async function awaitTurn(
  client: Client,
  id: ConversationId,
  message: SendMessage,
  {
    signal,
    onAccepted,
    deadlineMs,
    sendMessage,
  }: Wait & { deadlineMs: number; sendMessage: () => Promise<Acknowledgement> },
): Promise<AwaitedTurn> {
  const call = {
    workflowId: toWorkflowId(id),
    name: 'sendMessage' as const,
    argument: { ...message, untilEnd: true as const },
    updateId: toWaitingUpdateId(message),
    deadlineMs,
    onAccepted,
  };
  // Which turn it interrupts is told by the acknowledgement, and that turn is to be aborted at once.
  const isPlain = message.delivery === 'interrupt';
  const answer = isPlain ? null : await runPatientUpdate(client, call, signal);
  if (answer === null) return { acknowledgement: await sendMessage(), end: null };
  const { end = null, turn, offset } = answer;
  return { acknowledgement: { message: message.id, turn, offset }, end };
}
