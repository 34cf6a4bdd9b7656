/** JSON schemas that team files hold: whether one can be used, and whether a value fits it. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';

const OPTIONS = { allErrors: true, strict: false, logger: false, formats: fullFormats } as const;

/** Validators kept in memory, by their schema's text: the least recently used one first. */
const REMEMBERED = 200;
const remembered = new Map<string, ValidateFunction>();

/** Why the schema cannot be used; null where it can. */
export function findSchemaProblem(schema: Record<string, unknown>): string | null {
  try {
    compile(schema);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be read';
  }
}

/** What is wrong with a value (`what` names the whole of it), one line each; throws where the schema itself cannot be used. */
export function findValueProblems(
  schema: Record<string, unknown>,
  value: unknown,
  what = 'arguments',
): string[] {
  const validate = compile(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => toWords(error, what));
}

function compile({ $schema: _dialect, ...schema }: Record<string, unknown>): ValidateFunction {
  const key = JSON.stringify(schema);
  // One for each schema: an instance never forgets what it has compiled.
  const validate = remembered.get(key) ?? new Ajv2020(OPTIONS).compile(schema);
  remembered.delete(key);
  remembered.set(key, validate);
  const [oldest] = remembered.keys();
  if (remembered.size > REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  return validate;
}

function toWords({ instancePath, message = 'does not fit', params }: ErrorObject, what: string): string {
  const place = instancePath.slice(1).replaceAll('/', '.');
  const extra = 'additionalProperty' in params ? ` (${String(params['additionalProperty'])})` : '';
  const allowed = 'allowedValues' in params ? `: ${JSON.stringify(params['allowedValues'])}` : '';
  return `${place === '' ? what : place}: ${message}${extra}${allowed}`;
}
