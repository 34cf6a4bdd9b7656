import { createHash } from 'node:crypto';
import type { ModelConfig } from '../../protocol/team.ts';
import type { ProviderRequest } from './provider.ts';

/** sha256 (hex) of the exact request: the model with its settings, and the prompt. Uploaded bytes enter by their hash. */
export function hashRequest(model: ModelConfig, request: ProviderRequest): string {
  return sha256(canonicalJson({ model, request }));
}

/** Keys in order, so that two objects with the same content have one text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(inOrder(value));
}

/** Copied first: with a replacer `JSON.stringify` takes nearly twice as long, which counts for a thousand turns. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const ordered: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    const item = (value as Record<string, unknown>)[key];
    ordered[key] = key === 'base64' && typeof item === 'string' ? sha256(item) : inOrder(item);
  }
  return ordered;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
