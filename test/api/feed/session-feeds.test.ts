import { describe, expect, it } from '@jest/globals';
import pino from 'pino';
import type { EventPage, EventSource } from '../../../api/feed/event-source.ts';
import { SessionFeeds } from '../../../api/feed/session-feeds.ts';
import { MemoryBus } from '../../../bus/memory-bus.ts';
import type { EventResource } from '../../../protocol/schemas/event.ts';

const id = { workspace: 'default', session: 'ses_1', task: null };
const event: EventResource = {
  ...{ offset: 7, at: '2026-01-01T00:00:00.000Z' },
  ...{ type: 'turn.finished', turn: 1, outcome: 'answered', error: null },
  usage: {
    ...{ inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 },
    ...{ reasoningTokens: null, costUsd: null, modelCalls: 1 },
  },
};
const between: EventPage = { events: [], isAtHead: true, isEnded: false, transfers: null };
const whole: EventPage = { events: [event], isAtHead: true, isEnded: false, transfers: [] };

/** Gives these pages one after the other, and stands at the event. */
function openFeeds(pages: EventPage[]): SessionFeeds {
  const source: Pick<EventSource, 'readPage' | 'findHead' | 'findStoredHead'> = {
    readPage: () => Promise.resolve(pages.shift() ?? whole),
    findHead: () => Promise.resolve({ offset: event.offset, isLive: true, transfers: [] }),
    findStoredHead: () => Promise.resolve({ offset: 0, isLive: false, transfers: [] }),
  };
  const bus = new MemoryBus((error) => console.error(error));
  return new SessionFeeds({ source: source as EventSource, bus, logger: pino({ level: 'silent' }) });
}

async function readFirst(feeds: SessionFeeds): Promise<number[]> {
  const reader = await feeds.open(id, event.offset);
  for await (const items of reader.read()) {
    return items.flatMap((item) => (item.kind === 'event' ? [item.offset] : []));
  }
  return [];
}

describe('a feed that is opened', () => {
  it('gives what it was opened with, and reads it once', async () => {
    const pages = [whole, between];
    expect(await readFirst(openFeeds(pages))).toEqual([7]);
    expect(pages).toEqual([between]);
  });

  it('reads again when its first page fell between two runs of the session', async () => {
    expect(await readFirst(openFeeds([between]))).toEqual([7]);
  });
});
