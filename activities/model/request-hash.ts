import { createHash } from 'node:crypto';
import type { ModelConfig } from '../../protocol/team.ts';
import type { ProviderRequest } from './provider.ts';

/** sha256 (hex) of the exact request: the model with its settings, and the prompt. Uploaded bytes enter by their hash. */
export function hashRequest(model: ModelConfig, request: ProviderRequest): string {
  return sha256(canonicalJson({ model, request }));
}

/** Keys in order, so that two objects with the same content have one text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (key, item: unknown) => {
    if (key === 'base64' && typeof item === 'string') return sha256(item);
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
