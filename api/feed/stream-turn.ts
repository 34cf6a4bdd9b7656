/** `Accept: text/event-stream` on a message: the events and the live text of the turn that takes it. */
import type { Response } from 'express';
import type { ConversationId } from '../../protocol/ids.ts';
import type { Acknowledgement } from '../../protocol/session-messages.ts';
import { isLiveText } from './feed-item.ts';
import type { FeedItem } from './feed-item.ts';
import type { Services } from '../services.ts';
import { TurnOfMessage } from './turn-of-message.ts';
import { writeStream } from './write-stream.ts';

export async function streamTurn(
  { feeds, isShutDown }: Pick<Services, 'feeds' | 'isShutDown'>,
  {
    id,
    deliver,
    response,
  }: { id: ConversationId; deliver: () => Promise<Acknowledgement>; response: Response },
): Promise<void> {
  // The reader comes first, so that nothing of the turn is missed.
  const latest = await feeds.open(id, 'latest');
  let acknowledgement: Acknowledgement;
  try {
    acknowledgement = await deliver();
  } catch (error) {
    latest.leave();
    throw error;
  }
  // A message that was sent before has its turn further back.
  const isBehind = acknowledgement.offset < latest.next;
  const reader = isBehind ? await feeds.open(id, acknowledgement.offset) : latest;
  if (isBehind) latest.leave();
  await writeStream(response, reader, { choose: createChoice(acknowledgement), isShutDown });
}

function createChoice({ message, turn: first, offset }: Acknowledgement) {
  const turn = new TurnOfMessage(message);
  return (items: FeedItem[]): { items: FeedItem[]; isLast: boolean } => {
    const chosen: FeedItem[] = [];
    for (const item of items) {
      if (item.kind === 'live') {
        if (!isLiveText(item.event) || item.event.turn >= first) chosen.push(item);
      } else if (item.offset >= offset) {
        chosen.push(item);
        if (turn.observe(item.event) !== null) return { items: chosen, isLast: true };
      }
    }
    return { items: chosen, isLast: false };
  };
}
