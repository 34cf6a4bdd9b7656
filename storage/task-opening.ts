import type { Transaction } from 'kysely';
import { renderContext, renderTaskText } from '../core/task-text.ts';
import type { OpenTaskRequest } from '../protocol/activities.ts';
import type { InputPart, MediaPart } from '../protocol/content.ts';
import type { Place } from '../protocol/transcript.ts';
import { toConversationKey } from './conversation-key.ts';
import { insertRows } from './insert-rows.ts';
import type { Database } from './tables.ts';
import { toRow } from './transcript-row.ts';

/** The place of a task's text in its transcript: the workflow's own rows come after it. */
const TASK_TEXT_PLACE: Place = [1, 1, 0];

/** Writes what a task is asked as the first message of its transcript. */
export async function insertTaskText(
  transaction: Transaction<Database>,
  request: OpenTaskRequest,
): Promise<void> {
  const { workspace, session, task } = request;
  const attachments = await readAttachments(transaction, request);
  const text = renderTaskText({
    text: request.text,
    expectedOutput: request.expectedOutput,
    variables: request.variables,
    attachments,
    missing: request.attachments.filter((id) => !attachments.some((file) => file.id === id)),
    context: await readContext(transaction, request),
  });
  const content: InputPart[] = [{ type: 'text', text }, ...attachments.flatMap(toParts)];
  await insertRows(transaction, { workspace, session, task }, [
    { kind: 'user', place: TASK_TEXT_PLACE, id: `msg_${task}`, at: request.queuedAt, content },
  ]);
}

interface Attachment {
  id: string;
  name: string;
  mediaType: string;
}

/** In the order of the request. Files of another session count as missing, and uploads that are not of its owner. */
async function readAttachments(
  transaction: Transaction<Database>,
  { workspace, session, attachments }: OpenTaskRequest,
): Promise<Attachment[]> {
  if (attachments.length === 0) return [];
  const files = await transaction
    .selectFrom('files')
    .select(['id', 'name', 'media_type as mediaType'])
    .where('workspace', '=', workspace)
    .where((eb) =>
      eb.or([
        eb('session', '=', session),
        eb('session', 'is', null).and('principal', '=', (owner) =>
          owner
            .selectFrom('sessions')
            .select('sessions.principal')
            .where('sessions.workspace', '=', workspace)
            .where('sessions.id', '=', session),
        ),
      ]),
    )
    .where('id', 'in', attachments)
    .execute();
  return attachments.flatMap((id) => files.filter((file) => file.id === id));
}

/** Images and documents are given to the model; anything else is only named, by its id. */
function toParts({ id, mediaType }: Attachment): MediaPart[] {
  if (mediaType.startsWith('image/')) return [{ type: 'image', fileId: id, mediaType }];
  if (mediaType === 'application/pdf' || mediaType.startsWith('text/')) {
    return [{ type: 'document', fileId: id, mediaType }];
  }
  return [];
}

async function readContext(
  transaction: Transaction<Database>,
  { workspace, session, starter, context }: OpenTaskRequest,
): Promise<string | null> {
  if (context === 'none') return null;
  const rows = await transaction
    .selectFrom('transcript_rows')
    .selectAll()
    .where((eb) => eb.and(toConversationKey({ workspace, session, task: starter.task })))
    .orderBy('turn')
    .orderBy('step')
    .orderBy('ordinal')
    .execute();
  return renderContext(rows.map(toRow), context);
}
