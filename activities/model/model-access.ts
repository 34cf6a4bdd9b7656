import { resolveProvider } from '../../config/model-providers.ts';
import type { ModelConfig } from '../../protocol/team.ts';
import { createFailure } from './classify-error.ts';

/** What of the environment decides how models are reached. */
export interface ModelAccess {
  env: Record<string, string | undefined>;
  /** The demo server: set, every model of every provider is called there. */
  demo: { baseUrl: string } | null;
}

export interface ModelEndpoint {
  protocol: 'openai' | 'anthropic';
  baseUrl: string;
  /** Null: requests carry none. */
  key: string | null;
  keyVariable: string | null;
  /** The provider's own address, where its list prices and its newest parameter names hold. */
  isOfficial: boolean;
}

const OFFICIAL_HOSTS: Record<string, readonly string[]> = {
  openai: ['api.openai.com'],
  anthropic: ['api.anthropic.com'],
};

/** Where a model is called and with which key. Throws `model.no_key`, or `model.not_found` for an unknown provider. */
export function resolveEndpoint(model: ModelConfig, access: ModelAccess): ModelEndpoint {
  const resolved = resolveProvider(model);
  const name = `${model.provider}/${model.model}`;
  if (access.demo !== null) {
    const protocol = resolved.protocol ?? 'openai';
    const root = access.demo.baseUrl.replace(/\/+$/, '');
    const baseUrl = protocol === 'openai' ? `${root}/v1` : root;
    return { protocol, baseUrl, key: 'demo', keyVariable: null, isOfficial: false };
  }
  if (resolved.protocol === null) throw createFailure('model.not_found', `${name}: ${resolved.reason}`);
  const { protocol, keyVariable, baseUrlVariable } = resolved;
  const given = baseUrlVariable === null ? '' : readVariable(access.env, baseUrlVariable);
  const baseUrl = given === '' ? resolved.baseUrl : given.replace(/\/+$/, '');
  const key = keyVariable === null ? '' : readVariable(access.env, keyVariable);
  // A server of one's own often asks for no key; one that is named in the team file has to be there.
  const needsKey = keyVariable !== null && (model.baseUrl === null || model.tokenKey !== null);
  if (key === '' && needsKey) {
    throw createFailure(
      'model.no_key',
      `No key for ${name}: set ${keyVariable} in the environment or in .env`,
    );
  }
  return {
    protocol,
    baseUrl,
    key: key === '' ? null : key,
    keyVariable,
    isOfficial: isOfficial(baseUrl, protocol),
  };
}

function readVariable(env: ModelAccess['env'], name: string): string {
  return env[name]?.trim() ?? '';
}

function isOfficial(baseUrl: string, protocol: 'openai' | 'anthropic'): boolean {
  return URL.canParse(baseUrl) && (OFFICIAL_HOSTS[protocol]?.includes(new URL(baseUrl).hostname) ?? false);
}
