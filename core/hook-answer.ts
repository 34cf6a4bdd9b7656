/** What a hook answered, as the session takes it. Spec: "A hook answers {dynamicVariables?, terminateAgent?, reason?}". */

export interface HookAnswer {
  variables: Record<string, unknown>;
  /** Why there is to be no session; null: there is. */
  reason: string | null;
}

const NO_REASON = 'a hook before the session ended it';

/**
 * Reads a JSON answer. An object that says `dynamicVariables` or `terminateAgent` speaks of the session; of a background
 * agent any other object is the variables themselves. A text says what is wrong with it.
 */
export function readHookAnswer(value: unknown, isVariables: boolean): HookAnswer | string {
  if (!isRecord(value)) return 'the answer is not a JSON object';
  const speaks = Object.hasOwn(value, 'dynamicVariables') || Object.hasOwn(value, 'terminateAgent');
  if (!speaks) return { variables: isVariables ? value : {}, reason: null };
  const { dynamicVariables = {}, terminateAgent = false, reason } = value;
  if (dynamicVariables !== null && !isRecord(dynamicVariables)) return 'dynamicVariables is not an object';
  if (typeof terminateAgent !== 'boolean') return 'terminateAgent is neither true nor false';
  const words = typeof reason === 'string' && reason.trim() !== '' ? reason.slice(0, 500) : NO_REASON;
  return { variables: dynamicVariables ?? {}, reason: terminateAgent ? words : null };
}

/** A model's JSON, without the fence that some put around it; undefined where it does not parse. */
export function parseModelJson(text: string): unknown {
  const [, fenced] = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text) ?? [];
  try {
    return JSON.parse(fenced ?? text) as unknown;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
