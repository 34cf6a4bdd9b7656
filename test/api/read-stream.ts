/** Reads server-sent events as a browser does. */
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';
import { waitFor } from '../support/wait-for.ts';

export interface SentEvent {
  id: string | undefined;
  event: string | undefined;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into it freely
  data: any;
}

export interface EventStream {
  status: number;
  events: SentEvent[];
  retry: number | null;
  /** Waits until so many have come. */
  until(count: number): Promise<SentEvent[]>;
  /** Resolves when the server has ended the stream, rejects when it broke off. */
  ended: Promise<void>;
  leave(): void;
}

export function openStream(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false });
    request.on('response', (response) => resolve(followStream(response, () => request.destroy())));
    request.on('error', reject);
  });
}

function followStream(response: IncomingMessage, leave: () => void): EventStream {
  const events: SentEvent[] = [];
  const stream: EventStream = {
    status: response.statusCode ?? 0,
    events,
    retry: null,
    leave,
    until: async (count) => {
      await waitFor(() => events.length >= count, { what: `${count} events, there are ${events.length}` });
      return events;
    },
    ended: new Promise((resolve, reject) => {
      response.on('end', resolve);
      response.on('error', reject);
      response.on('aborted', () => reject(new Error('the stream broke off')));
    }),
  };
  stream.ended.catch(() => undefined);
  const parser = createParser({
    onEvent: ({ id, event, data }) => events.push({ id, event, data: JSON.parse(data) as unknown }),
    onRetry: (retry) => (stream.retry = retry),
  });
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => parser.feed(chunk));
  return stream;
}
