/** JSON Schema (2020-12) that a team's file brings: whether it is one, and whether a value fits it. */
import { Ajv2020 } from 'ajv/dist/2020.js';

/** Words enough to mend an answer, and not more. */
const MOST_PROBLEMS = 5;

/** What is wrong with a schema; null where nothing is. */
export function findSchemaProblem(schema: Record<string, unknown>): string | null {
  try {
    compile(schema);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Where a value does not fit, by its paths and the schema's own words; null where it fits. */
export function findMismatch(schema: Record<string, unknown>, value: unknown): string | null {
  const validate = compile(schema);
  if (validate(value)) return null;
  const problems = (validate.errors ?? []).map(
    ({ instancePath, message = 'does not fit' }) => `${instancePath === '' ? 'the value' : instancePath} ${message}`,
  );
  return [...new Set(problems)].slice(0, MOST_PROBLEMS).join('; ');
}

function compile({ $schema: _dialect, ...schema }: Record<string, unknown>) {
  return new Ajv2020({ strict: false, allErrors: true, validateFormats: false, logger: false }).compile(schema);
}
