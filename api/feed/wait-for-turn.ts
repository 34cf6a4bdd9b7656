/** `Prefer: wait=30`: the answer to a message comes with the end of the turn that took it. */
import type { Request, Response } from 'express';
import type { ConversationId } from '../../protocol/ids.ts';
import type { AnsweredMessageResource } from '../../protocol/schemas/resources.ts';
import type { Acknowledgement } from '../../protocol/session-messages.ts';
import type { Services } from '../services.ts';
import { isOutage } from './is-outage.ts';
import { TurnOfMessage } from './turn-of-message.ts';
import { whenClosed } from './when-closed.ts';

const LONGEST_WAIT_S = 300;

/** Seconds, at most five minutes; null without the preference. What is not understood is no preference. */
export function readWaitPreference(request: Request): number | null {
  const match = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(request.get('prefer') ?? '');
  return match === null ? null : Math.min(LONGEST_WAIT_S, Number(match[1]));
}

interface Wait {
  id: ConversationId;
  acknowledgement: Acknowledgement;
  seconds: number;
  response: Response;
}

/**
 * Null when the time passes, the session is closed, or its feed cannot be read, before the turn has ended: the message
 * was accepted all the same.
 */
export async function waitForTurn(
  { feeds }: Pick<Services, 'feeds'>,
  { id, acknowledgement, seconds, response }: Wait,
): Promise<AnsweredMessageResource | null> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const timer = setTimeout(() => waiting.abort(), seconds * 1000);
  whenClosed(response, () => waiting.abort());
  const isOver = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null));
  });
  try {
    return await Promise.race([watchTurn(feeds, id, acknowledgement, signal), isOver]);
  } catch (error) {
    if (isOutage(error)) return null;
    throw error;
  } finally {
    clearTimeout(timer);
    waiting.abort();
  }
}

async function watchTurn(
  feeds: Services['feeds'],
  id: ConversationId,
  { message, offset }: Acknowledgement,
  signal: AbortSignal,
): Promise<AnsweredMessageResource | null> {
  const turn = new TurnOfMessage(message);
  const reader = await feeds.open(id, offset);
  if (signal.aborted) reader.leave();
  else signal.addEventListener('abort', () => reader.leave());
  for await (const items of reader.read()) {
    for (const item of items) {
      const end = item.kind === 'event' ? turn.observe(item.event) : null;
      if (end === 'closed') return null;
      if (end !== null) return { message, offset, ...end };
    }
  }
  return null;
}
