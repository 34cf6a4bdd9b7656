import type { ConversationId } from '../../protocol/ids.ts';
import type { Acknowledgement } from '../../protocol/session-messages.ts';
import type { Store } from '../../storage/store.ts';

/** What a session said of a message, or would have said, as its events tell: those that its workflow has archived. */
export async function findAcknowledgement(
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
