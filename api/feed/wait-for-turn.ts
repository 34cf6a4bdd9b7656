/** `Prefer: wait=30`: the answer to a message comes with the end of the turn that took it. */
import type { Request, Response } from 'express';
import type { ConversationId } from '../../protocol/ids.ts';
import type { AnsweredMessageResource } from '../../protocol/schemas/resources.ts';
import type { Acknowledgement } from '../../protocol/session-messages.ts';
import type { Services } from '../services.ts';
import { TurnOfMessage } from './turn-of-message.ts';
import { whenClosed } from './when-closed.ts';

const LONGEST_WAIT_S = 300;

/** Seconds, at most five minutes; null without the preference. What is not understood is no preference. */
export function readWaitPreference(request: Request): number | null {
  const match = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(request.get('prefer') ?? '');
  return match === null ? null : Math.min(LONGEST_WAIT_S, Number(match[1]));
}

/** Null when the time passes, or the session is closed, before the turn has ended. */
export async function waitForTurn(
  { feeds }: Pick<Services, 'feeds'>,
  {
    id,
    acknowledgement,
    seconds,
    response,
  }: { id: ConversationId; acknowledgement: Acknowledgement; seconds: number; response: Response },
): Promise<AnsweredMessageResource | null> {
  const { message, offset } = acknowledgement;
  const turn = new TurnOfMessage(message);
  const reader = await feeds.open(id, offset);
  const leave = (): void => reader.leave();
  const timer = setTimeout(leave, seconds * 1000);
  whenClosed(response, leave);
  try {
    for await (const items of reader.read()) {
      for (const item of items) {
        const end = item.kind === 'event' ? turn.observe(item.event) : null;
        if (end === 'closed') return null;
        if (end !== null) return { message, offset, ...end };
      }
    }
    return null;
  } finally {
    clearTimeout(timer);
    leave();
  }
}
