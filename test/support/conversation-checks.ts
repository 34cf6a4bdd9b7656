/** What must hold of every conversation, whatever happened to the processes that served it. */
import { expect } from '@jest/globals';
import type { Json } from './product-client.ts';

/** Offsets from 1 without a gap, and each task's end told exactly once. */
export function expectWholeFeed(events: Json[]): void {
  expect(events.map((event) => event.offset)).toEqual(events.map((_, index) => index + 1));
  const tasks = ofType(events, 'task.queued').map((event) => event.task);
  const finished = ofType(events, 'task.finished').map((event) => event.task);
  expect(finished.toSorted()).toEqual(tasks.toSorted());
  for (const type of ['completion.delivered', 'completion.spoken']) {
    const told = ofType(events, type).flatMap((event) => event.tasks as string[]);
    expect({ type, tasks: told.toSorted() }).toEqual({ type, tasks: tasks.toSorted() });
  }
}

/** No message twice, in the order of turns and steps. */
export function expectWholeTranscript(messages: Json[]): void {
  const ids = messages.map((message) => message.id);
  expect(new Set(ids).size).toBe(ids.length);
  const turns = messages.map((message) => message.turn as number);
  expect(turns).toEqual(turns.toSorted((a, b) => a - b));
}

export function ofType(events: Json[], type: string): Json[] {
  return events.filter((event) => event.type === type);
}
