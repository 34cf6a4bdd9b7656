/** `Accept: text/event-stream` on a message: the events and the live text of the turn that takes it. */
import type { Response } from 'express';
import type { ConversationId } from '../../protocol/ids.ts';
import type { Acknowledgement } from '../../protocol/session-messages.ts';
import { isOutage } from './is-outage.ts';
import { isLiveText } from './feed-item.ts';
import type { FeedItem } from './feed-item.ts';
import type { Services } from '../services.ts';
import { TurnOfMessage } from '../../core/turn-of-message.ts';
import { writeStream } from './write-stream.ts';

/** Gives the acknowledgement where the turn cannot be watched: the message was accepted all the same. */
export async function streamTurn(
  { feeds, shutDown }: Pick<Services, 'feeds' | 'shutDown'>,
  {
    id,
    deliver,
    response,
  }: { id: ConversationId; deliver: () => Promise<Acknowledgement>; response: Response },
): Promise<Acknowledgement | null> {
  const delivered = deliver();
  // The feed listens while the message is on its way, so that nothing of the turn is missed.
  const opened = feeds.open(
    id,
    delivered.then(({ offset }) => offset),
  );
  const [delivery, opening] = await Promise.allSettled([delivered, opened]);
  if (delivery.status === 'rejected') throw delivery.reason;
  const acknowledgement = delivery.value;
  if (opening.status === 'rejected') {
    if (isOutage(opening.reason)) return acknowledgement;
    throw opening.reason;
  }
  const reader = opening.value;
  await writeStream(response, reader, { choose: createChoice(acknowledgement), shutDown });
  return null;
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
