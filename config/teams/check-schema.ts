import { findSchemaProblem } from '../json-schema.ts';
import type { FindingsReport, Path } from './finding.ts';

export function checkSchema(schema: Record<string, unknown>, path: Path, report: FindingsReport): void {
  const problem = findSchemaProblem(schema);
  if (problem !== null) report.error(path, `is not a JSON Schema: ${problem}`);
}
