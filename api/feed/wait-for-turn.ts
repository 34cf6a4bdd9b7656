/** `Prefer: wait=30`: the answer to a message comes with the end of the turn that took it. */
import type { Request, Response } from 'express';
import type { ConversationId } from '../../protocol/ids.ts';
import type { AnsweredMessageResource } from '../../protocol/schemas/resources.ts';
import type { Acknowledgement } from '../../protocol/session-messages.ts';
import type { Services } from '../services.ts';
import { EndsOfTurns } from './ends-of-turns.ts';
import type { EventSource } from './event-source.ts';
import { isOutage } from './is-outage.ts';
import { TurnOfMessage } from './turn-of-message.ts';
import { whenClosed } from './when-closed.ts';

const LONGEST_WAIT_S = 300;
const PAGE = 200;

/** Seconds, at most five minutes; null without the preference. What is not understood is no preference. */
export function readWaitPreference(request: Request): number | null {
  const match = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(request.get('prefer') ?? '');
  return match === null ? null : Math.min(LONGEST_WAIT_S, Number(match[1]));
}

interface Wait {
  id: ConversationId;
  deliver: () => Promise<Acknowledgement>;
  /** It may have been sent before, so that its turn is over. */
  isRepeatable: boolean;
  seconds: number;
  response: Response;
}

/**
 * Delivers the message and waits. `answered` is null when the time passes, the session is closed, this process ends, or
 * the feed cannot be read, before the turn has ended: the message was accepted all the same.
 */
export async function waitForTurn(
  { bus, source, shutDown }: Pick<Services, 'bus' | 'source' | 'shutDown'>,
  { id, deliver, isRepeatable, seconds, response }: Wait,
): Promise<{ acknowledgement: Acknowledgement; answered: AnsweredMessageResource | null }> {
  // Before the message is on its way: its turn may be over before the acknowledgement is here.
  const ends = new EndsOfTurns(bus, id);
  const leave = (): void => ends.leave();
  try {
    const acknowledgement = await deliver();
    const timer = setTimeout(leave, seconds * 1000);
    whenClosed(response, leave);
    shutDown.addEventListener('abort', leave);
    if (shutDown.aborted) leave();
    try {
      const isOver = ends.left.then(() => null);
      const turn = watchTurn(source, id, { acknowledgement, isRepeatable, ends });
      return { acknowledgement, answered: await Promise.race([turn, isOver]) };
    } catch (error) {
      if (!isOutage(error)) throw error;
      return { acknowledgement, answered: null };
    } finally {
      clearTimeout(timer);
      shutDown.removeEventListener('abort', leave);
    }
  } finally {
    leave();
  }
}

interface Watch {
  acknowledgement: Acknowledgement;
  isRepeatable: boolean;
  ends: EndsOfTurns;
}

/** The workflow is asked when a turn has ended, and not for what happens on the way there. */
async function watchTurn(
  source: EventSource,
  id: ConversationId,
  { acknowledgement: { message, offset }, isRepeatable, ends }: Watch,
): Promise<AnsweredMessageResource | null> {
  const turn = new TurnOfMessage(message);
  let next = offset;
  if (!isRepeatable) await ends.after(next);
  while (!ends.hasLeft) {
    const page = await source.readPage(id, next, PAGE, { isRecent: true });
    for (const event of page.events) {
      next = event.offset + 1;
      const end = turn.observe(event);
      if (end === 'closed') return null;
      if (end !== null) return { message, offset, ...end };
    }
    if (page.isEnded) return null;
    if (page.isAtHead) await ends.after(next);
  }
  return null;
}
