import type { EventResource } from '../../protocol/schemas/event.ts';
import type { LiveMessage } from '../../protocol/live.ts';

/** What is streamed of a conversation's own steps. */
type LiveText = Extract<LiveMessage, { type: 'delta' | 'attempt.reset' }>;

/** A line of the feed of a task that the conversation waits for. Its offsets are the task's own. */
interface TaskEvent {
  type: 'task.event';
  task: string;
  event: FeedItem['event'];
}

export type LiveEvent = Exclude<LiveMessage, { type: 'poke' }> | TaskEvent;

export function isLiveText(event: LiveEvent): event is LiveText {
  return event.type === 'delta' || event.type === 'attempt.reset';
}

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
