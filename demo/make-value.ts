/** A value for a JSON Schema, from what the conversation says: names that are known get their values. */
import { ofKind, readProperties } from './conversation.ts';
import type { Conversation, JsonSchema } from './conversation.ts';
import { toHead } from './words.ts';

export interface Material {
  /** All that was said, and given as variables. */
  words: string;
  variables: Map<string, unknown>;
}

const DEEPEST = 8;

export function readMaterial({ entries }: Conversation): Material {
  const texts = [...ofKind(entries, 'note'), ...ofKind(entries, 'user')].map(({ text }) => text);
  const variables = new Map<string, unknown>();
  for (const text of texts) {
    for (const [, written = ''] of text.matchAll(/^Variables: (\{.*\})$/gm))
      gather(parse(written), variables);
  }
  return { words: texts.join('\n'), variables };
}

/** The outermost of those with one name comes first. */
function gather(value: unknown, variables: Map<string, unknown>): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [key, inner] of Object.entries(value)) if (!variables.has(key)) variables.set(key, inner);
  for (const inner of Object.values(value)) gather(inner, variables);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

export function makeValue(schema: JsonSchema, material: Material, name = '', depth = 0): unknown {
  if (schema['const'] !== undefined) return schema['const'];
  const { words } = material;
  const choices = schema['enum'];
  if (Array.isArray(choices)) return choices.find((choice) => words.includes(String(choice))) ?? choices[0];
  const variants = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(variants) && depth < DEEPEST)
    return makeValue((variants[0] ?? {}) as JsonSchema, material, name, depth + 1);
  return makeTyped(schema, material, name, depth);
}

/** What is known under the name, where it is of the type. */
function makeTyped(schema: JsonSchema, material: Material, name: string, depth: number): unknown {
  const type: unknown = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  const known = material.variables.get(name);
  switch (type) {
    case 'object':
      return makeObject(schema, material, depth);
    case 'array':
      return Array.isArray(known) ? known : makeList(schema, material, name, depth);
    case 'integer':
    case 'number':
      return typeof known === 'number' ? known : Number(schema['minimum'] ?? 1);
    case 'boolean':
      return known === true;
    case 'null':
      return null;
    default:
      return typeof known === 'string' ? known : makeText(schema, material, name);
  }
}

function makeObject(schema: JsonSchema, material: Material, depth: number): Record<string, unknown> {
  if (depth >= DEEPEST) return {};
  const properties = Object.entries(readProperties(schema));
  return Object.fromEntries(
    properties.map(([key, inner]) => [key, makeValue(inner, material, key, depth + 1)]),
  );
}

function makeList(schema: JsonSchema, material: Material, name: string, depth: number): unknown[] {
  const count = Number(schema['minItems'] ?? 0);
  const items = (schema['items'] ?? {}) as JsonSchema;
  return Array.from({ length: Math.min(count, 3) }, () => makeValue(items, material, name, depth + 1));
}

/** Of texts that have to be of a form. */
const EXAMPLES: Record<string, string> = {
  date: '2026-03-02',
  'date-time': '2026-03-02T09:30:00Z',
  email: 'demo@example.com',
  uri: 'https://example.com/demo',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function makeText({ maxLength, format }: JsonSchema, { words, variables }: Material, name: string): string {
  const example = EXAMPLES[String(format)];
  if (example !== undefined) return example;
  const known = [...variables.values()].filter((value) => ['string', 'number'].includes(typeof value));
  const source = known.length > 0 ? known.join(', ') : words;
  const said = toHead(
    source
      .replace(/<\/?\w+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
    80,
  );
  const text = `${name === '' ? 'value' : name.replaceAll('_', ' ')} (demo): ${said}`;
  return text.slice(0, Number(maxLength ?? 200));
}
