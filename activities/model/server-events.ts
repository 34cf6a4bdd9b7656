import { createParser } from 'eventsource-parser';
import { MalformedReply } from './stream-failures.ts';

/** Larger than any model's answer: what goes on beyond it is not one, and must not fill the memory. */
const MAX_STREAM_BYTES = 64 * 1024 * 1024;

/** How long a complete answer waits, in the background, for the server to end its stream and free the connection. */
const DRAIN_MS = 1000;

/**
 * The `data` of the server-sent events of a response. Every chunk of bytes calls `onBytes`, so that comments and pings
 * count as a sign of life. Whoever stops reading early has what it needs: the rest is drained.
 * Throws {@link MalformedReply} for anything that is not an event stream, and what the connection throws.
 */
export async function* readServerEvents(response: Response, onBytes: () => void): AsyncGenerator<string> {
  const reader = openEventStream(response).getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const waiting: string[] = [];
  const parser = createParser({ onEvent: (event) => waiting.push(event.data) });
  let bytes = 0;
  let ended = false;
  try {
    while (!ended) {
      const chunk = await reader.read();
      ended = chunk.done;
      if (chunk.value !== undefined) onBytes();
      bytes += chunk.value?.length ?? 0;
      if (bytes > MAX_STREAM_BYTES) throw new MalformedReply('the stream does not end');
      // The last event may lack its empty line; one that was cut in the middle is found by its JSON.
      parser.feed(decodeText(decoder, chunk.value) + (ended ? '\n\n' : ''));
      yield* waiting.splice(0);
    }
  } finally {
    if (!ended) drain(reader);
  }
}

function openEventStream(response: Response): ReadableStream<Uint8Array> {
  const type = response.headers.get('content-type') ?? 'none';
  if (!/^text\/event-stream\b/i.test(type)) {
    void response.body?.cancel().catch(() => undefined);
    throw new MalformedReply(`the content type is ${type.slice(0, 60)} and not text/event-stream`);
  }
  if (response.body === null) throw new MalformedReply('the answer has no body');
  return response.body;
}

function decodeText(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array | undefined): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch {
    throw new MalformedReply('the stream is not UTF-8 text');
  }
}

/** A connection whose answer was read to its end serves the next call; one that was given up is closed. */
function drain(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  const giveUp = setTimeout(() => void reader.cancel().catch(() => undefined), DRAIN_MS);
  giveUp.unref();
  const readOn = async (): Promise<void> => {
    while (!(await reader.read()).done);
  };
  void readOn()
    .catch(() => undefined)
    .finally(() => clearTimeout(giveUp));
}
