import { OpenAI } from 'openai';
import { MAX_TIMER_MS } from './call-watch.ts';
import { cacheClients } from './client-cache.ts';
import { resolveEndpoint } from './model-access.ts';
import type { ModelAccess, ModelEndpoint } from './model-access.ts';
import { OpenAiReply } from './openai-reply.ts';
import { toOpenAiRequest } from './openai-request.ts';
import type { Provider } from './provider.ts';
import { sharedFetch } from './shared-fetch.ts';
import { streamReply } from './stream-reply.ts';

/** Chat Completions, of OpenAI and of every server that speaks it. */
export function createOpenAiProvider(access: ModelAccess): Provider {
  const clientOf = cacheClients(createClient);
  return {
    async call(call) {
      const endpoint = resolveEndpoint(call.model, access);
      const client = clientOf(endpoint);
      return streamReply(call, endpoint, new OpenAiReply(call), async (signal) => {
        const body = toOpenAiRequest(call.model, call.request, endpoint.isOfficial);
        return client.chat.completions.create(body, { signal }).asResponse();
      });
    },
  };
}

/** Everything that the SDK would read from the process's environment is set here. */
function createClient(endpoint: ModelEndpoint): OpenAI {
  return new OpenAI({
    baseURL: endpoint.baseUrl,
    // The SDK asks for a key; a server without one gets no header.
    apiKey: endpoint.key ?? 'none',
    ...(endpoint.key === null ? { defaultHeaders: { Authorization: null } } : {}),
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: MAX_TIMER_MS,
    logLevel: 'off',
    fetch: sharedFetch,
  });
}
