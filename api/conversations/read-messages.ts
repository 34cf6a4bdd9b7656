/** The transcript, page by page: from the store, and at its end what the workflow has not stored yet. */
import type { ConversationId } from '../../protocol/ids.ts';
import type { MessageResource } from '../../protocol/schemas/resources.ts';
import { comparePlaces } from '../../protocol/transcript.ts';
import type { TranscriptRow } from '../../protocol/transcript.ts';
import type { Page } from '../../storage/cursor.ts';
import type { Store } from '../../storage/store.ts';
import type { EventSource } from '../feed/event-source.ts';
import { TemporalAway } from '../gateway/failures.ts';
import { isForPeople, renderMessage, renderWaitingMessage } from './render-message.ts';

const NO_EVENTS = Number.MAX_SAFE_INTEGER;

export interface MessagePage extends Page<MessageResource> {
  stale?: true;
}

export async function readMessages(
  store: Store,
  source: EventSource,
  id: ConversationId,
  request: { cursor?: string | undefined; limit: number },
): Promise<MessagePage> {
  const page = await store.transcript.page(id, request);
  if (page.nextCursor !== null) return { ...page, data: render(page.data) };
  let read;
  try {
    read = (await source.isOver(id)) ? null : await source.readWorkflow(id, NO_EVENTS);
  } catch (error) {
    if (!(error instanceof TemporalAway)) throw error;
    return { ...page, data: render(page.data), stale: true };
  }
  // Read again: what was in the workflow a moment ago may be in the store by now, never the other way.
  const last = await store.transcript.page(id, request);
  if (read === null || last.nextCursor !== null) return { ...last, data: render(last.data) };
  const stored = new Set(last.data.map((row) => row.id));
  const unstored = await store.transcript.preview(
    id,
    read.unstored.filter((row) => !stored.has(row.id)),
  );
  const after = last.data.at(-1)?.place;
  const added = unstored
    .filter((row) => after === undefined || comparePlaces(row.place, after) > 0)
    .sort((left, right) => comparePlaces(left.place, right.place));
  const waiting = read.waiting.filter((message) => !stored.has(message.id));
  return {
    data: [...render([...last.data, ...added]), ...waiting.map(renderWaitingMessage)],
    nextCursor: null,
  };
}

function render(rows: TranscriptRow[]): MessageResource[] {
  return rows.filter(isForPeople).map(renderMessage);
}
