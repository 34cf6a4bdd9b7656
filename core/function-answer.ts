/** What a function answered. Spec: "A function may answer `{result, dynamicVariables}`", a hook `terminateAgent` too. */
import type { Variables } from './render-template.ts';

export interface FunctionAnswer {
  /** For the model. */
  text: string;
  dynamicVariables: Variables | null;
  terminate: { reason: string | null } | null;
}

/** An answer that is nothing of this kind is the result as it came. */
export function readFunctionAnswer(text: string): FunctionAnswer {
  const value = parse(text);
  const plain = { text, dynamicVariables: null, terminate: null };
  if (!isMap(value)) return plain;
  const { result, dynamicVariables, terminateAgent, reason, ...rest } = value;
  const isBare = dynamicVariables === undefined && terminateAgent === undefined;
  const hasMore = Object.keys(rest).length > 0;
  if (isBare && (result === undefined || hasMore)) return plain;
  return {
    text: toText(result ?? (hasMore ? rest : undefined)),
    dynamicVariables: isMap(dynamicVariables) ? dynamicVariables : null,
    terminate: terminateAgent === true ? { reason: typeof reason === 'string' ? reason : null } : null,
  };
}

function toText(result: unknown): string {
  if (result === undefined || result === null) return '';
  return typeof result === 'string' ? result : JSON.stringify(result);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
