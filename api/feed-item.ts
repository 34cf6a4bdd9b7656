import type { EventResource } from '../protocol/schemas/event.ts';
import type { LiveMessage } from '../protocol/live.ts';

export type LiveEvent = Exclude<LiveMessage, { type: 'poke' }>;

/** One line of a feed, written out once for all readers. Live ones have no offset. */
export type FeedItem =
  | { kind: 'event'; offset: number; event: EventResource; json: string }
  | { kind: 'live'; event: LiveEvent; json: string };

export function toEventItem(event: EventResource): FeedItem {
  return { kind: 'event', offset: event.offset, event, json: JSON.stringify(event) };
}

export function toLiveItem(event: LiveEvent): FeedItem {
  return { kind: 'live', event, json: JSON.stringify(event) };
}
