import { createAnthropicProvider } from './anthropic-provider.ts';
import { resolveEndpoint } from './model-access.ts';
import type { ModelAccess } from './model-access.ts';
import { createOpenAiProvider } from './openai-provider.ts';
import type { Provider } from './provider.ts';

/** Calls each model by the protocol of its provider. */
export function createProvider(access: ModelAccess): Provider {
  const providers = { openai: createOpenAiProvider(access), anthropic: createAnthropicProvider(access) };
  return {
    async call(call) {
      return providers[resolveEndpoint(call.model, access).protocol].call(call);
    },
  };
}
