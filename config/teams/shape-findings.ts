/** Turns what zod found wrong with a value into words for the person who wrote it. */
import { z } from 'zod';
import { nearestName } from '../nearest-name.ts';
import type { FindingsReport, Path } from './finding.ts';

type Issue = z.core.$ZodIssue;

export interface Shaped {
  schema: z.ZodType;
  value: unknown;
  path: Path;
}

export function reportIssues(issues: readonly Issue[], shaped: Shaped, report: FindingsReport): void {
  for (const issue of issues) reportIssue(issue, shaped, report);
}

export function unknownKeyWords(key: string, known: readonly string[]): string {
  const nearest = nearestName(key, known);
  return nearest === null
    ? `unknown key "${key}"; known here: ${known.join(', ')}`
    : `unknown key "${key}"; did you mean "${nearest}"?`;
}

function reportIssue(issue: Issue, shaped: Shaped, report: FindingsReport): void {
  const inner = issue.path as (string | number)[];
  const path = [...shaped.path, ...inner];
  const value = valueAt(shaped.value, inner);
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(shaped.schema, inner);
    for (const key of issue.keys) report.error([...path, key], unknownKeyWords(key, known), 'key');
    return;
  }
  if (issue.code === 'invalid_union') {
    const fitting = issue.errors.find((branch) => !branch.some(isOfAnotherKind));
    if (fitting !== undefined) {
      const nested = fitting.map((found) => ({ ...found, path: [...inner, ...found.path] }));
      reportIssues(nested, shaped, report);
      return;
    }
  }
  if (value === undefined && inner.length > 0) {
    report.error(path.slice(0, -1), `"${String(path.at(-1))}" is missing`, 'key');
    return;
  }
  report.error(path, wordsFor(issue, value));
}

function isOfAnotherKind(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function wordsFor(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kindOf(issue.expected)}, not ${describe(value)}`;
    case 'invalid_value': {
      const known = issue.values.map(String);
      const nearest = typeof value === 'string' ? nearestName(value, known) : null;
      const hint = nearest === null ? '' : `; did you mean "${nearest}"?`;
      return `${describe(value)} is not known here; one of ${known.join(', ')}${hint}`;
    }
    case 'too_small':
      return `must be at least ${String(issue.minimum)}, not ${describe(value)}`;
    case 'too_big':
      return `must be at most ${String(issue.maximum)}, not ${describe(value)}`;
    case 'invalid_format':
      return issue.format === 'url'
        ? `${describe(value)} is not an address; write one such as https://api.example.com/v1`
        : `${describe(value)} is not written as expected`;
    default:
      return issue.message;
  }
}

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map (key: value)',
  record: 'a map (key: value)',
};

function kindOf(expected: string): string {
  return KINDS[expected] ?? expected;
}

export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, part)
        ? (inner as Record<string | number, unknown>)[part]
        : undefined,
    value,
  );
}

/** The keys that an object of the schema may have at `path`. */
function keysAt(schema: unknown, path: Path): string[] {
  if (schema instanceof z.ZodOptional) return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion) {
    return schema.options.map((option) => keysAt(option, path)).find((keys) => keys.length > 0) ?? [];
  }
  const [part, ...rest] = path;
  if (schema instanceof z.ZodObject) {
    return part === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[part], rest);
  }
  if (schema instanceof z.ZodArray && part !== undefined) return keysAt(schema.element, rest);
  if (schema instanceof z.ZodRecord && part !== undefined) return keysAt(schema.valueType, rest);
  return [];
}
