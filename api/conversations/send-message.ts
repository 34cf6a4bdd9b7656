import { makeTitle } from '../../core/make-title.ts';
import { textOf } from '../../core/task-text.ts';
import { makeMessageId } from '../../protocol/ids.ts';
import { REFUSALS } from '../../protocol/failures.ts';
import type { SendMessageBody, SteerTaskBody } from '../../protocol/schemas/requests.ts';
import type { Acknowledgement, SendMessage } from '../../protocol/session-messages.ts';
import { StoreAway } from '../../storage/store-away.ts';
import type { FoundSession, FoundTask } from './find-conversation.ts';
import { isOutage } from '../feed/is-outage.ts';
import { Refused, WorkflowGone } from '../gateway/failures.ts';
import { hashBody, keyReused, toMessageIdUuid } from '../http/idempotency.ts';
import { findFileIds, requireSize, toContent } from './message-content.ts';
import { Problem } from '../http/problem.ts';
import type { Principal } from '../principal.ts';
import type { Services } from '../services.ts';

type Deliver = (message: { id: string; hash: string }) => Promise<Acknowledgement>;

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

export async function sendMessage(
  services: Services,
  { principal, key }: Sender,
  { id, record }: FoundSession,
  body: SendMessageBody,
): Promise<Acknowledgement> {
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
    const acknowledgement = await gateway.sendMessage(
      id,
      delivery === 'next_step' ? send : { ...send, delivery },
    );
    await store.files.assign(id.workspace, id.session, findFileIds(content));
    const title = record.title ?? makeTitle(textOf(content));
    if (title !== record.title && title !== '')
      await store.sessions.nameUntitled(id.workspace, id.session, title);
    return acknowledgement;
  });
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
  return sendOnce(services, envelope, ({ id: message, hash }) =>
    services.gateway.steerTask(starter, { task: record.id, id: message, hash, text, ...interrupts }),
  );
}

/** The workflow knows the latest ids, the store all of them. */
async function sendOnce(services: Services, envelope: Envelope, deliver: Deliver): Promise<Acknowledgement> {
  const { store, clock, newId } = services;
  const { workspace, session, key, hash } = envelope;
  const made = key === null ? { uuid: newId() } : toMessageIdUuid(envelope.principal, envelope.scope, key);
  const at = key === null ? clock() : envelope.since;
  const id = 'id' in made ? made.id : makeMessageId(at, made.uuid);
  const known =
    key === null ? null : await store.acceptedMessages.find<Acknowledgement>(workspace, session, id);
  if (known !== null) {
    if (known.hash !== hash) throw keyReused(key ?? id);
    return known.acknowledgement;
  }
  try {
    const acknowledgement = await deliver({ id, hash });
    if (key !== null)
      await store.acceptedMessages.remember(workspace, session, [{ id, hash, acknowledgement }]);
    return acknowledgement;
  } catch (error) {
    // One that was ended from outside is closed by whoever looks at it.
    if (error instanceof WorkflowGone)
      await services.source.findHead({ workspace, session, task: null }).catch(() => undefined);
    throw explain(error, id, key);
  }
}

function explain(error: unknown, id: string, key: string | null): unknown {
  if (isOutage(error)) {
    const what = error instanceof StoreAway ? 'The store' : 'Temporal or every worker';
    return new Problem(
      'unavailable',
      `${what} is away. The message ${id} may still be applied; retry with this Idempotency-Key: ${key ?? id}`,
      { headers: { 'Retry-After': '5' }, members: { message: id } },
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
