import { Anthropic } from '@anthropic-ai/sdk';
import { anthropicHeaders } from './anthropic-settings.ts';
import { AnthropicReply } from './anthropic-reply.ts';
import { toAnthropicRequest } from './anthropic-request.ts';
import { MAX_TIMER_MS } from './call-watch.ts';
import { cacheClients } from './client-cache.ts';
import { resolveEndpoint } from './model-access.ts';
import type { ModelAccess, ModelEndpoint } from './model-access.ts';
import type { Provider } from './provider.ts';
import { sharedFetch } from './shared-fetch.ts';
import { streamReply } from './stream-reply.ts';

/** Messages, of Anthropic and of every server that speaks it. */
export function createAnthropicProvider(access: ModelAccess): Provider {
  const clientOf = cacheClients(createClient);
  return {
    async call(call) {
      const endpoint = resolveEndpoint(call.model, access);
      const client = clientOf(endpoint);
      return streamReply(call, endpoint, new AnthropicReply(call), async (signal) => {
        const body = toAnthropicRequest(call.model, call.request);
        const headers = anthropicHeaders(call.model, body, endpoint.isOfficial);
        // Not `messages.create`: it writes to the console about models that will be retired, at every call.
        return client.post('/v1/messages', { body, headers, signal, stream: true }).asResponse();
      });
    },
  };
}

/** Everything that the SDK would read from the process's environment is set here. */
function createClient(endpoint: ModelEndpoint): Anthropic {
  return new Anthropic({
    baseURL: endpoint.baseUrl,
    // The SDK asks for a key; a server without one gets no header.
    apiKey: endpoint.key ?? 'none',
    defaultHeaders: keyHeaders(endpoint),
    webhookKey: null,
    maxRetries: 0,
    timeout: MAX_TIMER_MS,
    logLevel: 'off',
    openTelemetry: false,
    fetch: sharedFetch,
  });
}

/** The SDK sends the key as a bearer token; many servers that speak Messages look for it where it used to be. */
function keyHeaders({ key, isOfficial }: ModelEndpoint): Record<string, string | null> {
  if (key === null) return { Authorization: null };
  return isOfficial ? {} : { 'X-Api-Key': key };
}
