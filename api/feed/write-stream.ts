/** Server-sent events: durable ones carry their offset as id, live ones none. */
import { once } from 'node:events';
import type { Response } from 'express';
import type { FeedItem } from './feed-item.ts';
import type { FeedReader } from './feed-reader.ts';
import { whenClosed } from './when-closed.ts';

const KEEP_ALIVE_MS = 15_000;
/** How soon a client should come back, in milliseconds. */
const RETRY_MS = 1000;

/** Writes all that the reader gets until it ends, the client leaves or does not keep up. */
export async function writeStream(
  response: Response,
  reader: FeedReader,
  { choose = (items) => ({ items, isLast: false }), shutDown }: StreamOptions,
): Promise<void> {
  response.status(200);
  response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Accel-Buffering', 'no');
  response.flushHeaders();
  response.write(': here is the feed\n\n');
  // Who takes nothing has enough to take.
  const keepAlive = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': keep-alive\n\n');
  }, KEEP_ALIVE_MS);
  const gone = new AbortController();
  whenClosed(response, () => {
    gone.abort();
    reader.leave();
  });
  reader.cutOff.addEventListener('abort', () => response.destroy());
  try {
    for await (const items of reader.read()) {
      const chosen = choose(items);
      const text = chosen.items.map(toText).join('');
      if (text !== '' && !response.write(text)) await drained(response, gone.signal);
      if (chosen.isLast || gone.signal.aborted) break;
    }
    if (shutDown.aborted) response.write(`retry: ${RETRY_MS}\n\n`);
    response.end();
  } catch (error) {
    // The head is out, so there is no other way to say that this is not the end.
    response.destroy();
    throw error;
  } finally {
    clearInterval(keepAlive);
    reader.leave();
  }
}

export interface StreamOptions {
  /** What of a batch is sent, and whether the stream ends with it. */
  choose?: (items: FeedItem[]) => { items: FeedItem[]; isLast: boolean };
  shutDown: AbortSignal;
}

function toText(item: FeedItem): string {
  const id = item.kind === 'event' ? `id: ${item.offset}\n` : '';
  return `${id}event: ${item.event.type}\ndata: ${item.json}\n\n`;
}

async function drained(response: Response, gone: AbortSignal): Promise<void> {
  try {
    await once(response, 'drain', { signal: gone });
  } catch {
    // The client left.
  }
}
