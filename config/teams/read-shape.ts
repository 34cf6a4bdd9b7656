/**
 * Reads parts of a file one by one, so that one wrong key hides no other mistake: what fits is returned, the rest is
 * reported.
 */
import type { z } from 'zod';
import type { FindingsReport, Path } from './finding.ts';
import { describe, reportIssues, unknownKeyWords } from './shape-findings.ts';

type Shape = Record<string, z.ZodType>;

/** The keys of a map that fit the schema. An empty value counts as a key that is not there, as in Docker Agent. */
export function readMap<S extends Shape>(
  schema: z.ZodObject<S>,
  value: unknown,
  path: Path,
  report: FindingsReport,
): Partial<{ [K in keyof S]: z.infer<S[K]> }> {
  const read: Record<string, unknown> = {};
  if (!isMap(value)) {
    report.error(path, `must be a map (key: value), not ${describe(value)}`);
    return {};
  }
  const known = Object.keys(schema.shape);
  for (const [key, inner] of Object.entries(value)) {
    const keyPath = [...path, key];
    const keySchema = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
    if (keySchema === undefined) {
      report.error(keyPath, unknownKeyWords(key, known), 'key');
    } else if (inner !== null) {
      const result = keySchema.safeParse(inner);
      if (result.success) read[key] = result.data;
      else reportIssues(result.error.issues, { schema: keySchema, value: inner, path: keyPath }, report);
    }
  }
  return read as Partial<{ [K in keyof S]: z.infer<S[K]> }>;
}

/** The entries of a named map (`agents:`, `models:`), each still to be read. */
export function readEntries(value: unknown, path: Path, report: FindingsReport): [string, unknown][] {
  if (value === undefined || value === null) return [];
  if (isMap(value)) return Object.entries(value);
  report.error(path, `must be a map (name: definition), not ${describe(value)}`);
  return [];
}

export interface ReadItem<T> {
  value: T;
  path: Path;
}

/** The items of a list that fit the schema, each with its own place. */
export function readList<S extends z.ZodType>(
  schema: S,
  value: unknown,
  path: Path,
  report: FindingsReport,
): ReadItem<z.infer<S>>[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    report.error(path, `must be a list, not ${describe(value)}`);
    return [];
  }
  return value.flatMap((item: unknown, index) => {
    const itemPath = [...path, index];
    const result = schema.safeParse(item);
    if (result.success) return [{ value: result.data, path: itemPath }];
    reportIssues(result.error.issues, { schema, value: item, path: itemPath }, report);
    return [];
  });
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
