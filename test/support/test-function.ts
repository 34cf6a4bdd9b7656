import type { FunctionDefinition } from '../../protocol/function-definition.ts';

export function makeFunction(definition: Partial<FunctionDefinition> & { url: string }): FunctionDefinition {
  return {
    description: 'for tests',
    method: 'POST',
    parameters: { type: 'object', properties: {} },
    headers: {},
    timeoutMs: 10_000,
    background: false,
    returnMessage: null,
    errorMessage: null,
    ...definition,
  };
}
