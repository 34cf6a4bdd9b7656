/** What can be read from a feed's events alone. */
import type { Json } from '../support/product-client.ts';

export function takesMessage(events: Json[], turn: number, message: string): boolean {
  return events.some(
    (event) => event.type === 'step.started' && event.turn === turn && event.inputs.includes(message),
  );
}

/** Turns that were told to stop: what they had to say may be cut off. */
export function findInterrupted(feed: Json[]): Set<number> {
  const ends = feed.filter(({ type, outcome }) => type === 'turn.finished' && outcome === 'interrupted');
  return new Set(ends.map(({ turn }) => turn as number));
}

/** Its end was the answer of the call that waited for it. */
export function isTransferred(events: Json[], task: string): boolean {
  const own = events.filter((event) => event.task === task);
  const isTransfer = own.some((event) => event.type === 'task.queued' && event.mode === 'transfer');
  return isTransfer && !own.some((event) => event.type === 'task.detached');
}
