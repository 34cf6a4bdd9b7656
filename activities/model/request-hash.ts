import { hash } from 'node:crypto';
import type { ModelConfig } from '../../protocol/team.ts';
import type { PromptMessage, ProviderRequest } from './provider.ts';

/**
 * sha256 (hex) of the exact request: the model with its settings, and the prompt, whose messages enter by their own
 * hashes and uploaded bytes by theirs.
 */
export function hashRequest(model: ModelConfig, request: ProviderRequest): string {
  const messages = request.messages.map(hashMessage);
  return sha256(canonicalJson({ model, request: { ...request, messages } }));
}

/** Of the messages that were hashed before: a long conversation's prompt has the same ones turn after turn. */
const hashes = new WeakMap<PromptMessage, string>();

function hashMessage(message: PromptMessage): string {
  const known = hashes.get(message);
  if (known !== undefined) return known;
  const made = sha256(canonicalJson(message));
  hashes.set(message, made);
  return made;
}

/** Keys in order, so that two objects with the same content have one text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(inOrder(value));
}

/** Copied first: with a replacer `JSON.stringify` takes nearly twice as long. */
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
  return hash('sha256', text, 'hex');
}
