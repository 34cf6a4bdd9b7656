import type { ConversationId } from '../../protocol/ids.ts';
import type { SendMessage } from '../../protocol/session-messages.ts';
import { WorkflowGone } from '../gateway/failures.ts';
import type { AwaitedTurn, Wait } from '../gateway/gateway.ts';
import type { Services } from '../services.ts';
import { findAcknowledgement } from './find-acknowledgement.ts';

/** Sends a message and waits for the end of its turn. One that was accepted is acknowledged, whatever becomes of its session. */
export async function sendAwaitedMessage(
  { store, gateway, source }: Services,
  id: ConversationId,
  message: SendMessage,
  { signal, onAccepted }: Wait,
): Promise<AwaitedTurn> {
  let isAccepted = false;
  const accept = (): void => {
    isAccepted = true;
    onAccepted();
  };
  try {
    return await gateway.awaitTurn(id, message, { signal, onAccepted: accept });
  } catch (error) {
    if (!isAccepted || !(error instanceof WorkflowGone)) throw error;
    // One that was ended from outside is closed by whoever looks at it, and all of it is in the store then.
    await source.findHead(id);
    const acknowledgement = await findAcknowledgement(store, id, message.id);
    if (acknowledgement === null) throw error;
    return { acknowledgement, end: null };
  }
}
