/** Checks what a client sent against a schema, and says every mistake in words that tell what to do. */
import type { z } from 'zod';
import { nearestName } from '../../config/nearest-name.ts';
import { Problem } from './problem.ts';
import type { FieldError } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** The parsed value, or the problem `invalid-request` with every mistake. `place`: where the value stood. */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: 'body' | 'query' = 'body',
): z.infer<Schema> {
  const result = schema.safeParse(value, { error: describeRawIssue });
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => toFieldErrors(issue, []));
  const first = errors[0];
  const count = errors.length === 1 ? 'a mistake' : `${errors.length} mistakes`;
  const detail = `The ${place === 'body' ? 'body' : 'query string'} has ${count}: ${
    first === undefined ? '' : `${first.path === '' ? '' : `${first.path} `}${first.message}`
  }`;
  throw new Problem('invalid-request', detail, { errors });
}

/** zod's own words where ours are not better. Words of the schema itself come before these. */
function describeRawIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'is missing';
    return `must be ${withArticle(issue.expected)}, not ${withArticle(nameType(issue.input))}`;
  }
  if (issue.code === 'unrecognized_keys') return describeUnknownFields(issue.keys as string[], issue.inst);
  if (issue.code === 'invalid_value') {
    return describeChoice((issue.values as unknown[]).map(String), issue.input);
  }
  if (issue.code === 'invalid_union') {
    if (issue.input === undefined) return 'is missing';
    const chosen = (issue.input as Record<string, unknown> | null)?.[String(issue.discriminator)];
    if (Array.isArray(issue.options)) return describeChoice(issue.options.map(String), chosen);
  }
  if (issue.code === 'too_big') return `must be at most ${String(issue.maximum)}${unitOf(issue.origin)}`;
  if (issue.code === 'too_small') return `must be at least ${String(issue.minimum)}${unitOf(issue.origin)}`;
  return undefined;
}

function describeChoice(known: string[], chosen: unknown): string {
  if (chosen === undefined) return `is missing: it must be ${listAlternatives(known)}`;
  const nearest = typeof chosen === 'string' ? nearestName(chosen, known) : null;
  return `must be ${listAlternatives(known)}${nearest === null ? '' : ` (did you mean ${nearest}?)`}`;
}

function describeUnknownFields(keys: string[], schema: unknown): string {
  const shape = (schema as { def?: { shape?: Record<string, unknown> } } | undefined)?.def?.shape ?? {};
  const known = Object.keys(shape);
  const words = keys.map((key) => {
    const nearest = nearestName(key, known);
    return `${key}${nearest === null ? '' : ` (did you mean ${nearest}?)`}`;
  });
  const allowed = known.length === 0 ? 'no fields are known here' : `known are ${known.join(', ')}`;
  return `has ${keys.length === 1 ? 'an unknown field' : 'unknown fields'}: ${words.join(', ')}; ${allowed}`;
}

function toFieldErrors(issue: Issue, parents: PropertyKey[]): FieldError[] {
  const path = [...parents, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branch = chooseBranch(issue.errors);
    if (branch !== null) return branch.flatMap((inner) => toFieldErrors(inner, path));
    return [{ path: toPath(path), message: describeUnion(issue.errors, issue.message) }];
  }
  return [{ path: toPath(path), message: issue.message }];
}

/** The alternative that was meant: the only one whose type as a whole fits. */
function chooseBranch(branches: Issue[][]): Issue[] | null {
  const fitting = branches.filter(
    (issues) => !issues.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0),
  );
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

function describeUnion(branches: Issue[][], message: string): string {
  const expected = branches.flatMap((issues) =>
    issues.flatMap((issue) => (issue.code === 'invalid_type' ? [withArticle(issue.expected)] : [])),
  );
  if (message !== 'Invalid input') return message;
  return expected.length === 0 ? 'is not valid' : `must be ${listAlternatives([...new Set(expected)])}`;
}

function toPath(path: PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

function listAlternatives(words: string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

function withArticle(type: unknown): string {
  const word = type === 'record' ? 'object' : String(type);
  if (word === 'null') return word;
  return `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;
}

function nameType(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function unitOf(origin: unknown): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' ? ' entries long' : '';
}
