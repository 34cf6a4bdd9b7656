import type { ConversationId } from '../../protocol/ids.ts';
import type { Acknowledgement, SendMessage } from '../../protocol/session-messages.ts';
import type { Store } from '../../storage/store.ts';
import { WorkflowGone } from '../gateway/failures.ts';
import type { AwaitedTurn, Wait } from '../gateway/gateway.ts';
import type { Services } from '../services.ts';

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

/** What a session that is over said of a message, or would have said, as its events tell. */
async function findAcknowledgement(
  store: Store,
  id: ConversationId,
  message: string,
): Promise<Acknowledgement | null> {
  const types = ['turn.started', 'turn.interrupting', 'turn.finished', 'message.queued'] as const;
  let turn = 0;
  let takesMore = false;
  for (const event of await store.events.readOfTypes(id, [null], types)) {
    if (event.type === 'turn.started') turn = event.turn;
    if (event.type !== 'message.queued') takesMore = event.type === 'turn.started';
    else if (event.message === message) {
      const joins = takesMore && event.delivery === 'next_step';
      return { message, turn: joins ? turn : turn + 1, offset: event.offset };
    } else if (event.delivery === 'interrupt') takesMore = false;
  }
  return null;
}
