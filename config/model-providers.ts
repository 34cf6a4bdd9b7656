/**
 * Which protocol, address and key a model's provider has. Everything that speaks the OpenAI protocol is one row;
 * names, addresses and key variables are those of Docker Agent, so that its files find the same servers.
 */
import type { ModelConfig } from '../protocol/team.ts';

export interface ModelEndpoint {
  protocol: 'openai' | 'anthropic';
  /** From the team file or the provider's own address, without a slash at its end. */
  baseUrl: string;
  /** Where this environment variable is set, it takes the place of `baseUrl`. Null where the file gave an address. */
  baseUrlVariable: string | null;
  /** The environment variable with the key; null: requests carry none. */
  keyVariable: string | null;
}

/** A provider that is known and cannot be reached yet: its agents load, their calls fail with `reason`. */
export interface UnavailableProvider {
  protocol: null;
  reason: string;
}

interface KnownProvider {
  protocol: 'openai' | 'anthropic';
  baseUrl: string;
  baseUrlVariable?: string;
  keyVariable: string | null;
}

const KNOWN_PROVIDERS: Record<string, KnownProvider> = {
  openai: {
    protocol: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    baseUrlVariable: 'OPENAI_BASE_URL',
    keyVariable: 'OPENAI_API_KEY',
  },
  anthropic: {
    protocol: 'anthropic',
    baseUrl: 'https://api.anthropic.com',
    baseUrlVariable: 'ANTHROPIC_BASE_URL',
    keyVariable: 'ANTHROPIC_API_KEY',
  },
  google: compatible('https://generativelanguage.googleapis.com/v1beta/openai', 'GOOGLE_API_KEY'),
  gemini: compatible('https://generativelanguage.googleapis.com/v1beta/openai', 'GEMINI_API_KEY'),
  mistral: compatible('https://api.mistral.ai/v1', 'MISTRAL_API_KEY'),
  xai: compatible('https://api.x.ai/v1', 'XAI_API_KEY'),
  nebius: compatible('https://api.studio.nebius.ai/v1', 'NEBIUS_API_KEY'),
  openrouter: compatible('https://openrouter.ai/api/v1', 'OPENROUTER_API_KEY'),
  requesty: compatible('https://router.requesty.ai/v1', 'REQUESTY_API_KEY'),
  deepseek: compatible('https://api.deepseek.com/v1', 'DEEPSEEK_API_KEY'),
  groq: compatible('https://api.groq.com/openai/v1', 'GROQ_API_KEY'),
  cerebras: compatible('https://api.cerebras.ai/v1', 'CEREBRAS_API_KEY'),
  minimax: compatible('https://api.minimax.io/v1', 'MINIMAX_API_KEY'),
  ollama: compatible('http://localhost:11434/v1', null),
  vllm: compatible('http://localhost:8000/v1', null),
  dmr: compatible('http://localhost:12434/engines/llama.cpp/v1', null),
};

const UNAVAILABLE_PROVIDERS: Record<string, string> = {
  'amazon-bedrock': 'it asks for requests signed with AWS credentials',
  azure: 'it asks for a deployment address and an API version',
  'github-copilot': 'it asks for a Copilot session token',
  'google-vertex': 'it asks for Google Cloud credentials',
};

/** Every provider name that may stand before the slash of `provider/model` without a definition in the file. */
export const PROVIDER_NAMES: readonly string[] = [
  ...Object.keys(KNOWN_PROVIDERS),
  ...Object.keys(UNAVAILABLE_PROVIDERS),
];

/** What `model: auto` stands for: the first of these whose key is set, else the first. */
export const AUTOMATIC_MODELS: readonly string[] = [
  'anthropic/claude-sonnet-5-5',
  'openai/gpt-5.4-mini',
  'google/gemini-2.5-flash',
  'mistral/mistral-small-latest',
];

/** Where a model of a compiled team is called. A name of the file's own `providers:` has its address in the model. */
export function resolveProvider(
  model: Pick<ModelConfig, 'provider' | 'baseUrl' | 'tokenKey'>,
): ModelEndpoint | UnavailableProvider {
  const known = Object.hasOwn(KNOWN_PROVIDERS, model.provider) ? KNOWN_PROVIDERS[model.provider] : undefined;
  if (model.baseUrl !== null) {
    return {
      protocol: known?.protocol ?? 'openai',
      baseUrl: withoutEndSlash(model.baseUrl),
      baseUrlVariable: null,
      keyVariable: model.tokenKey ?? known?.keyVariable ?? null,
    };
  }
  if (known !== undefined) {
    return {
      protocol: known.protocol,
      baseUrl: known.baseUrl,
      baseUrlVariable: known.baseUrlVariable ?? null,
      keyVariable: model.tokenKey ?? known.keyVariable,
    };
  }
  return { protocol: null, reason: explainUnavailable(model.provider) };
}

/** Why a model cannot be called, as far as the settings say; null where it can. */
export function findCallProblem(
  model: Pick<ModelConfig, 'provider' | 'baseUrl' | 'tokenKey'>,
  isSet: (variable: string) => boolean,
): string | null {
  const endpoint = resolveProvider(model);
  if (endpoint.protocol === null) return endpoint.reason;
  if (endpoint.keyVariable === null || isSet(endpoint.keyVariable)) return null;
  // A server of one's own often asks for no key; one that the file names has to be there.
  const needsKey = model.baseUrl === null || model.tokenKey !== null;
  return needsKey ? `${endpoint.keyVariable} is not set` : null;
}

function explainUnavailable(provider: string): string {
  const why = Object.hasOwn(UNAVAILABLE_PROVIDERS, provider) ? UNAVAILABLE_PROVIDERS[provider] : undefined;
  const problem = why === undefined ? 'it is not known' : why;
  return (
    `the provider "${provider}" cannot be called: ${problem}; ` +
    'give the model a base_url that speaks the OpenAI protocol, or map it to another model in the aliases file'
  );
}

function compatible(baseUrl: string, keyVariable: string | null): KnownProvider {
  return { protocol: 'openai', baseUrl, keyVariable };
}

function withoutEndSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

/** Whether Offstage knows it by itself, and not from a team file. */
export function isKnownProvider(name: string): boolean {
  return Object.hasOwn(KNOWN_PROVIDERS, name);
}
