/** `Prefer: wait=30`: the answer to a message comes with the end of the turn that took it. */
import type { Request, Response } from 'express';
import type { ConversationId } from '../../protocol/ids.ts';
import { TurnOfMessage } from '../../core/turn-of-message.ts';
import type { EventResource } from '../../protocol/schemas/event.ts';
import type { AnsweredMessageResource, MessageResource } from '../../protocol/schemas/resources.ts';
import type { Acknowledgement, TurnEnd } from '../../protocol/session-messages.ts';
import type { Store } from '../../storage/store.ts';
import { renderMessage, toIsoTime } from '../conversations/render-message.ts';
import type { AwaitedTurn } from '../gateway/gateway.ts';
import type { Services } from '../services.ts';
import { EndsOfTurns } from './ends-of-turns.ts';
import type { EventSource } from './event-source.ts';
import { isOutage } from './is-outage.ts';
import { whenClosed } from './when-closed.ts';

const LONGEST_WAIT_S = 300;
const PAGE = 200;

/** Seconds, at most five minutes; null without the preference. What is not understood is no preference. */
export function readWaitPreference(request: Request): number | null {
  const match = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(request.get('prefer') ?? '');
  return match === null ? null : Math.min(LONGEST_WAIT_S, Number(match[1]));
}

type CommittedResource = Extract<EventResource, { type: 'message.committed' }>;

interface Wait {
  id: ConversationId;
  /** With a signal, the workflow is asked to answer at the end of the turn, until it is aborted. */
  deliver: (signal?: AbortSignal) => Promise<AwaitedTurn>;
  seconds: number;
  response: Response;
}

interface Answer {
  acknowledgement: Acknowledgement;
  answered: AnsweredMessageResource | null;
}

/**
 * Delivers the message and waits. `answered` is null when the time passes, the session is closed, this process ends, or
 * the feed cannot be read, before the turn has ended: the message was accepted all the same.
 */
export async function waitForTurn(
  services: Pick<Services, 'bus' | 'source' | 'store' | 'shutDown'>,
  { id, deliver, seconds, response }: Wait,
): Promise<Answer> {
  const { shutDown } = services;
  const patience = new AbortController();
  const leave = (): void => patience.abort();
  let timer = seconds > 0 ? setTimeout(leave, seconds * 1000) : null;
  whenClosed(response, leave);
  shutDown.addEventListener('abort', leave);
  if (shutDown.aborted) leave();
  try {
    const { acknowledgement, end } = await deliver(seconds > 0 ? patience.signal : undefined);
    timer ??= setTimeout(leave, 0);
    const told = end === null ? null : await readAnswer(services.store, id, acknowledgement, end);
    if (told !== null || patience.signal.aborted) return { acknowledgement, answered: told };
    return { acknowledgement, answered: await findAnswer(services, id, acknowledgement, patience.signal) };
  } finally {
    if (timer !== null) clearTimeout(timer);
    shutDown.removeEventListener('abort', leave);
  }
}

/** Null when the store lacks the reply, or cannot be asked: the feed tells, or tells that it cannot. */
async function readAnswer(
  store: Store,
  id: ConversationId,
  { message, offset }: Acknowledgement,
  { turn, outcome, reply }: TurnEnd,
): Promise<AnsweredMessageResource | null> {
  if (reply === null) return { message, offset, turn, outcome, reply };
  const row = await store.transcript.message(id, reply.message).catch((error: unknown) => {
    if (!isOutage(error)) throw error;
    return null;
  });
  if (row === null) return null;
  // The time is that of the feed, which tells the same reply.
  const rendered = { ...renderMessage(row), createdAt: toIsoTime(reply.at) };
  return { message, offset, turn, outcome, reply: rendered };
}

/** For what the workflow did not say: pokes tell of ends of turns, and its events which is which. */
async function findAnswer(
  { bus, source }: Pick<Services, 'bus' | 'source'>,
  id: ConversationId,
  acknowledgement: Acknowledgement,
  signal: AbortSignal,
): Promise<AnsweredMessageResource | null> {
  const ends = new EndsOfTurns(bus, id);
  const leave = (): void => ends.leave();
  signal.addEventListener('abort', leave);
  try {
    const isOver = ends.left.then(() => null);
    return await Promise.race([watchTurn(source, id, acknowledgement, ends), isOver]);
  } catch (error) {
    if (!isOutage(error)) throw error;
    return null;
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}

/** The workflow is asked when a turn has ended, and not for what happens on the way there. */
async function watchTurn(
  source: EventSource,
  id: ConversationId,
  { message, offset }: Acknowledgement,
  ends: EndsOfTurns,
): Promise<AnsweredMessageResource | null> {
  const turn = new TurnOfMessage<CommittedResource>(message);
  let next = offset;
  while (!ends.hasLeft) {
    const page = await source.readPage(id, next, PAGE, { isRecent: true });
    for (const event of page.events) {
      next = event.offset + 1;
      const end = turn.observe(event);
      if (end === 'closed') return null;
      if (end === null) continue;
      return { message, offset, ...end, reply: end.reply === null ? null : toMessage(end.reply) };
    }
    if (page.isEnded) return null;
    if (page.isAtHead) await ends.after(next);
  }
  return null;
}

function toMessage(event: CommittedResource): MessageResource {
  const { message: id, turn, step, role, agent, content, toolCalls, status, at: createdAt, usage } = event;
  return { id, turn, step, role, agent, content, toolCalls, status, createdAt, usage };
}
