/** The functions of an agent, by their names: built-in ones, and those that the file defines. */
import { BUILT_IN_FUNCTIONS, isBuiltInFunction } from '../../protocol/built-in-functions.ts';
import { nearestName } from '../nearest-name.ts';
import type { FunctionDefinition } from '../../protocol/function-definition.ts';
import type { FindingsReport } from './finding.ts';

export function compileAgentFunctions(
  agent: string,
  written: readonly string[],
  defined: Record<string, FunctionDefinition>,
  report: FindingsReport,
): string[] {
  const known = [...Object.keys(defined), ...BUILT_IN_FUNCTIONS];
  for (const [index, name] of written.entries()) {
    const path = ['agents', agent, 'functions', index];
    if (written.indexOf(name) < index) report.warn(path, `the function ${name} is there twice`, 'value');
    if (isBuiltInFunction(name)) continue;
    if (Object.hasOwn(defined, name)) {
      const words = 'has no description; the agents that may call it choose by it';
      if (defined[name]?.description === '') report.warn(['functions', name], words, 'key');
      continue;
    }
    const nearest = nearestName(name, known);
    const hint = nearest === null ? `known are ${known.join(', ')}` : `did you mean "${nearest}"?`;
    report.error(path, `there is no function "${name}"; ${hint}`);
  }
  return [...new Set(written)];
}
