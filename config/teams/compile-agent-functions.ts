/** The functions of an agent, by their names: built-in ones, and those that the file defines. */
import { BUILT_IN_FUNCTIONS, isBuiltInFunction } from '../../protocol/built-in-functions.ts';
import { nearestName } from '../nearest-name.ts';
import type { FindingsReport } from './finding.ts';

export function compileAgentFunctions(
  agent: string,
  written: readonly string[],
  defined: readonly string[],
  report: FindingsReport,
): string[] {
  const known = [...defined, ...BUILT_IN_FUNCTIONS];
  for (const [index, name] of written.entries()) {
    const path = ['agents', agent, 'functions', index];
    if (written.indexOf(name) < index) report.warn(path, `the function ${name} is there twice`, 'value');
    if (isBuiltInFunction(name) || defined.includes(name)) continue;
    const nearest = nearestName(name, known);
    const hint = nearest === null ? `known are ${known.join(', ')}` : `did you mean "${nearest}"?`;
    report.error(path, `there is no function "${name}"; ${hint}`);
  }
  return [...new Set(written)];
}
