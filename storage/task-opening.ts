import type { Insertable, Kysely } from 'kysely';
import { sql } from 'kysely';
import { renderContext, renderTaskText } from '../core/task-text.ts';
import type { OpenTaskRequest } from '../protocol/activities.ts';
import type { InputPart, MediaPart } from '../protocol/content.ts';
import type { Place, TranscriptRow } from '../protocol/transcript.ts';
import { toConversationKey } from './conversation-key.ts';
import { repeatLostRaces } from './in-transaction.ts';
import { asRecords, columns } from './insert-rows.ts';
import { toJson, toText } from './json-text.ts';
import type { Database } from './tables.ts';
import { makeRow, toJsonRecord, toRow } from './transcript-row.ts';

/** The place of a task's text in its transcript: the workflow's own rows come after it. */
const TASK_TEXT_PLACE: Place = [1, 1, 0];

/**
 * Stores tasks of one starter as `queued`, and what each is asked as the first row of its transcript: one statement,
 * however many they are. Repeating it changes nothing.
 */
export async function openTasks(db: Kysely<Database>, requests: readonly OpenTaskRequest[]): Promise<void> {
  const texts: string[] = [];
  let said: TranscriptRow[] | undefined;
  for (const request of requests) {
    if (request.context !== 'none') said ??= await readStarter(db, request);
    texts.push(await makeText(db, request, said ?? []));
  }
  const intoTranscripts = sql<object>`(insert into transcript_rows (${columns})
    select ${columns} from ${asRecords(texts)} as text on conflict do nothing)`;
  await repeatLostRaces(() =>
    db
      .with('texts', () => intoTranscripts)
      .insertInto('tasks')
      .values(requests.map(toTask))
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
}

function toTask(request: OpenTaskRequest): Insertable<Database['tasks']> {
  const { workspace, session, agent, depth, expectedOutput } = request;
  return {
    ...{ workspace, session, agent, depth },
    id: request.task,
    starter: request.starter.task,
    title: toText(request.title),
    text: toText(request.text),
    expected_output: expectedOutput === null ? null : toText(expectedOutput),
    attachments: toJson(request.attachments),
    variables: toJson(request.variables),
    status: 'queued',
    partial: false,
    files: 0,
    queued_at: request.queuedAt,
  };
}

/** `said`: what its starter's transcript holds, where the request asks for it. */
async function makeText(
  db: Kysely<Database>,
  request: OpenTaskRequest,
  said: readonly TranscriptRow[],
): Promise<string> {
  const { workspace, session, task, context } = request;
  const attachments = await readAttachments(db, request);
  const text = renderTaskText({
    text: request.text,
    expectedOutput: request.expectedOutput,
    variables: request.variables,
    attachments,
    missing: request.attachments.filter((id) => !attachments.some((file) => file.id === id)),
    context: context === 'none' ? null : renderContext(said, context),
  });
  const content: InputPart[] = [{ type: 'text', text }, ...attachments.flatMap(toParts)];
  const row = { place: TASK_TEXT_PLACE, id: `msg_${task}`, at: request.queuedAt, content };
  return toJsonRecord({ workspace, session, task }, makeRow({ ...row, role: 'user', kind: 'user' }));
}

interface Attachment {
  id: string;
  name: string;
  mediaType: string;
}

/** In the order of the request. Files of another session count as missing, and uploads that are not of its owner. */
async function readAttachments(
  db: Kysely<Database>,
  { workspace, session, attachments }: OpenTaskRequest,
): Promise<Attachment[]> {
  if (attachments.length === 0) return [];
  const files = await db
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

async function readStarter(
  db: Kysely<Database>,
  { workspace, session, starter }: OpenTaskRequest,
): Promise<TranscriptRow[]> {
  const rows = await db
    .selectFrom('transcript_rows')
    .selectAll()
    .where((eb) => eb.and(toConversationKey({ workspace, session, task: starter.task })))
    .orderBy('turn')
    .orderBy('step')
    .orderBy('ordinal')
    .execute();
  return rows.map(toRow);
}
