import { watchCall } from './call-watch.ts';
import { classifyError } from './classify-error.ts';
import type { ModelEndpoint } from './model-access.ts';
import type { ProviderCall, ProviderReply } from './provider.ts';
import { readServerEvents } from './server-events.ts';
import { MalformedReply, StreamedError } from './stream-failures.ts';

/** What makes a reply of a protocol's events. */
export interface ReplyReader {
  /** The last event was read: what follows it is not part of the answer. */
  readonly isDone: boolean;
  /** The terminal marker was read: at most the usage is still missing. */
  readonly isAnswered: boolean;
  accept(data: string): void;
  finish(isOfficial: boolean): ProviderReply;
}

/**
 * One streamed request, from sending it to the whole reply. Rejects with the signal's reason when it was aborted, else
 * with a classified failure; either way the connection is closed.
 */
export async function streamReply(
  call: ProviderCall,
  endpoint: ModelEndpoint,
  reader: ReplyReader,
  send: (signal: AbortSignal) => Promise<Response>,
): Promise<ProviderReply> {
  const watch = watchCall(call.signal, call.idleTimeoutMs);
  let isComplete = false;
  try {
    call.signal.throwIfAborted();
    const response = await send(watch.signal);
    watch.touch();
    await readAnswer(call, reader, readServerEvents(response, watch.touch));
    const reply = reader.finish(endpoint.isOfficial);
    isComplete = true;
    return reply;
  } catch (error) {
    throw classifyError(watch.explain(error), {
      name: `${call.model.provider}/${call.model.model}`,
      baseUrl: endpoint.baseUrl,
      key: endpoint.key,
      keyVariable: endpoint.keyVariable,
      request: call.request,
    });
  } finally {
    watch.close(!isComplete);
  }
}

/** A connection that fails after the terminal marker took nothing of the answer with it. */
async function readAnswer(
  call: ProviderCall,
  reader: ReplyReader,
  events: AsyncGenerator<string>,
): Promise<void> {
  try {
    for await (const data of events) {
      // Several events may have come at once: none of them is passed on after an abort.
      call.signal.throwIfAborted();
      reader.accept(data);
      if (reader.isDone) return;
    }
  } catch (error) {
    const isProviders = error instanceof MalformedReply || error instanceof StreamedError;
    if (!reader.isAnswered || call.signal.aborted || isProviders) throw error;
  }
}
