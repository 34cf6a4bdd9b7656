import { setTimeout as sleep } from 'node:timers/promises';
import { REFUSALS } from '../../protocol/failures.ts';
import { makeTaskId } from '../../protocol/ids.ts';
import type { StartTaskBody } from '../../protocol/schemas/requests.ts';
import type { UpdateResults } from '../../protocol/session-messages.ts';
import { findTask } from './find-conversation.ts';
import type { FoundSession, FoundTask } from './find-conversation.ts';
import { Refused, WorkflowGone } from '../gateway/failures.ts';
import { hashBody } from '../http/idempotency.ts';
import type { RequestIds } from '../http/idempotency.ts';
import { mayUse, requireSize, unknownFile } from './message-content.ts';
import type { FileUser } from './message-content.ts';
import { Problem } from '../http/problem.ts';
import { sessionClosed } from './send-message.ts';
import type { Principal } from '../principal.ts';
import type { Services } from '../services.ts';

/** The workflow has taken the task and its text is on the way into the store. */
const STORED_WITHIN_MS = 5000;
const LOOK_EVERY_MS = 15;

export async function startTask(
  services: Services,
  principal: Principal,
  { id, record }: FoundSession,
  body: StartTaskBody,
  ids: RequestIds,
): Promise<{ task: FoundTask; existing: boolean }> {
  requireSize(body.task);
  await requireFiles(services, { principal, session: id.session }, body.attachments ?? []);
  if (record.status === 'closed' || record.status === 'aborted') throw sessionClosed();
  const task = makeTaskId(ids.uuid);
  const request = { ...body, id: task };
  // Before the task reads them: it takes files of its own session, and uploads of the session's owner.
  await services.store.files.assign(id.workspace, id.session, body.attachments ?? []);
  const started = await start(services, id, request, `${task}:${hashBody(body)}`);
  const stored = await findStored(services, principal, { session: id.session, task: started.task });
  // What this very request has started before, unheard, is what it starts.
  return { task: stored, existing: started.task !== task };
}

async function start(
  { gateway }: Services,
  id: FoundSession['id'],
  request: StartTaskBody & { id: string },
  updateId: string,
): Promise<UpdateResults['startTask']> {
  try {
    return await gateway.startTask(id, toTaskRequest(request), updateId);
  } catch (error) {
    if (error instanceof WorkflowGone) throw sessionClosed();
    if (!(error instanceof Refused)) throw error;
    if (error.type === REFUSALS.taskRefused) throw new Problem('task-refused', error.message);
    throw error.type === REFUSALS.closed ? sessionClosed() : error;
  }
}

/** Without what was left out: an optional field is absent, never undefined. */
function toTaskRequest(request: StartTaskBody & { id: string }) {
  return JSON.parse(JSON.stringify(request)) as { id: string; agent: string; task: string };
}

async function requireFiles(
  { store }: Services,
  user: FileUser,
  attachments: readonly string[],
): Promise<void> {
  const files = await store.files.metas(user.principal.workspace, attachments);
  for (const [index, attachment] of attachments.entries()) {
    const file = files.find((meta) => meta.id === attachment);
    if (file === undefined || !mayUse(user, file)) throw unknownFile(attachment, `attachments[${index}]`);
  }
}

async function findStored(
  services: Services,
  principal: Principal,
  place: { session: string; task: string },
): Promise<FoundTask> {
  const end = Date.now() + STORED_WITHIN_MS;
  for (;;) {
    try {
      return await findTask(services, principal, place);
    } catch (error) {
      const isEarly = error instanceof Problem && Date.now() < end;
      if (!isEarly) throw error;
    }
    await sleep(LOOK_EVERY_MS);
  }
}
