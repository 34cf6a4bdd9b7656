import { makeTitle } from '../../core/make-title.ts';
import { textOf } from '../../core/task-text.ts';
import { makeMessageId } from '../../protocol/ids.ts';
import { REFUSALS } from '../../protocol/failures.ts';
import type { SendMessageBody, SteerTaskBody } from '../../protocol/schemas/requests.ts';
import type { Acknowledgement, SendMessage } from '../../protocol/session-messages.ts';
import type { InputPart } from '../../protocol/content.ts';
import type { Store } from '../../storage/store.ts';
import { StoreAway } from '../../storage/store-away.ts';
import { findAcknowledgement } from './find-acknowledgement.ts';
import type { FoundSession, FoundTask } from './find-conversation.ts';
import { isOutage } from '../feed/is-outage.ts';
import { Refused, WorkflowGone } from '../gateway/failures.ts';
import type { AwaitedTurn } from '../gateway/gateway.ts';
import { hashBody, keyReused, toMessageIdUuid } from '../http/idempotency.ts';
import { findFileIds, requireSize, toContent } from './message-content.ts';
import { Problem } from '../http/problem.ts';
import { sendAwaitedMessage } from './send-awaited-message.ts';
import type { Principal } from '../principal.ts';
import type { Services } from '../services.ts';

type Deliver = (message: { id: string; hash: string }) => Promise<AwaitedTurn>;

interface Envelope {
  workspace: string;
  session: string;
  principal: Principal;
  /** What the key belongs to, beside the principal: the session, or a task. */
  scope: string;
  /** When the session was opened. */
  since: number;
  key: string | null;
  hash: string;
}

/** Who sends it, and with which `Idempotency-Key`. */
export interface Sender {
  principal: Principal;
  key: string | null;
}

/** `signal`: the end of its turn is waited for, until that is aborted. */
export async function sendMessage(
  services: Services,
  { principal, key }: Sender,
  { id, record }: FoundSession,
  body: SendMessageBody,
  signal: AbortSignal | null = null,
): Promise<AwaitedTurn> {
  const { store, gateway } = services;
  const content = await toContent(store, { principal, session: id.session }, body);
  const delivery = body.delivery ?? 'next_step';
  const parts = body.content ?? [{ type: 'text', text: body.text }];
  const envelope = {
    ...id,
    principal,
    scope: id.session,
    since: record.createdAt,
    key,
    hash: hashBody({ parts, delivery }),
  };
  return sendOnce(services, envelope, async ({ id: message, hash }) => {
    const send: SendMessage = { id: message, hash, content };
    const delivered = delivery === 'next_step' ? send : { ...send, delivery };
    let kept: Promise<void> | null = null;
    const keep = (): Promise<void> => (kept ??= keepWhatItBrings(store, { id, record }, content));
    const answer =
      signal === null
        ? { acknowledgement: await gateway.sendMessage(id, delivered), end: null }
        : await sendAwaitedMessage(services, id, delivered, {
            signal,
            onAccepted: () => void keep().catch(() => undefined),
          });
    await keep();
    return answer;
  });
}

/** Of a message that was accepted: its files belong to the session, and the first one names it. */
async function keepWhatItBrings(
  store: Store,
  { id, record }: FoundSession,
  content: InputPart[],
): Promise<void> {
  await store.files.assign(id.workspace, id.session, findFileIds(content));
  const title = record.title ?? makeTitle(textOf(content));
  if (title !== record.title && title !== '')
    await store.sessions.nameUntitled(id.workspace, id.session, title);
}

/** A message of the person to a task: it goes to the conversation that started the task, which passes it on. */
export async function steerTask(
  services: Services,
  { principal, key }: Sender,
  { id, starter, record, session }: FoundTask,
  { text, mode }: SteerTaskBody,
): Promise<Acknowledgement> {
  requireSize(text);
  const interrupts = mode === 'interrupt' ? { mode } : {};
  const since = session.createdAt;
  const envelope = {
    ...id,
    principal,
    scope: record.id,
    since,
    key,
    hash: hashBody({ text, ...interrupts }),
  };
  const { acknowledgement } = await sendOnce(services, envelope, async ({ id: message, hash }) => {
    const steer = { task: record.id, id: message, hash, text, ...interrupts };
    return { acknowledgement: await services.gateway.steerTask(starter, steer), end: null };
  });
  return acknowledgement;
}

/** The workflow knows the latest ids, the store all of them. */
async function sendOnce(services: Services, envelope: Envelope, deliver: Deliver): Promise<AwaitedTurn> {
  const { store, clock, newId } = services;
  const { workspace, session, key, hash } = envelope;
  const made = key === null ? { uuid: newId() } : toMessageIdUuid(envelope.principal, envelope.scope, key);
  const at = key === null ? clock() : envelope.since;
  const id = 'id' in made ? made.id : makeMessageId(at, made.uuid);
  const known = key === null ? null : await findAccepted(store, envelope, id);
  if (known !== null) {
    if (known.hash !== hash) throw keyReused(key ?? id);
    return { acknowledgement: known.acknowledgement, end: null };
  }
  try {
    const answer = await deliver({ id, hash });
    const { acknowledgement } = answer;
    if (key !== null)
      await store.acceptedMessages.remember(workspace, session, [{ id, hash, acknowledgement }]);
    return answer;
  } catch (error) {
    // One that was ended from outside is closed by whoever looks at it.
    if (error instanceof WorkflowGone)
      await services.source.findHead({ workspace, session, task: null }).catch(() => undefined);
    throw explain(error, id, key);
  }
}

/**
 * Null where only the workflow can know it, if anybody does. The process that sent it may have died before it noted the
 * answer down, and the workflow forgets: then the transcript has it.
 */
async function findAccepted(
  store: Store,
  { workspace, session, hash }: Envelope,
  id: string,
): Promise<{ hash: string; acknowledgement: Acknowledgement } | null> {
  const noted = await store.acceptedMessages.find<Acknowledgement>(workspace, session, id);
  if (noted !== null) return noted;
  const conversation = { workspace, session, task: null };
  if ((await store.transcript.message(conversation, id)) === null) return null;
  const acknowledgement = await findAcknowledgement(store, conversation, id);
  return acknowledgement === null ? null : { hash, acknowledgement };
}

function explain(error: unknown, id: string, key: string | null): unknown {
  if (isOutage(error)) {
    const what = error instanceof StoreAway ? 'The store' : 'Temporal or every worker';
    return new Problem(
      'unavailable',
      `${what} is away. The message ${id} may still be applied; retry with this Idempotency-Key: ${key ?? id}`,
      { headers: { 'Retry-After': '5' }, members: { message: id }, cause: error },
    );
  }
  if (error instanceof WorkflowGone) return sessionClosed();
  if (!(error instanceof Refused)) return error;
  switch (error.type) {
    case REFUSALS.closed:
      return sessionClosed();
    case REFUSALS.idReused:
      return keyReused(key ?? id);
    case REFUSALS.inboxFull:
      return new Problem('inbox-full', error.message, { headers: { 'Retry-After': '5' } });
    case REFUSALS.taskFinished:
      return new Problem('task-finished', error.message);
    case REFUSALS.taskNotFound:
      return new Problem('not-found', error.message);
    default:
      return error;
  }
}

export function sessionClosed(): Problem {
  return new Problem('session-closed', 'The session is closed and takes no more input: open a new one');
}
