/** What a hook answered, as the session takes it. Spec: "A hook answers {dynamicVariables?, terminateAgent?, reason?}". */

const REASON_LENGTH = 500;

export interface HookAnswer {
  variables: Record<string, unknown>;
  /** Why there is to be no session; null: there is. */
  reason: string | null;
}

/**
 * Reads the JSON of a background agent. An object that says `dynamicVariables` or `terminateAgent` speaks of the session;
 * any other one is the variables themselves. A text says what is wrong with it.
 */
export function readHookAnswer(value: unknown): HookAnswer | string {
  if (!isRecord(value)) return 'the answer is not a JSON object';
  const speaks = Object.hasOwn(value, 'dynamicVariables') || Object.hasOwn(value, 'terminateAgent');
  if (!speaks) return { variables: value, reason: null };
  const { dynamicVariables = {}, terminateAgent = false, reason } = value;
  if (dynamicVariables !== null && !isRecord(dynamicVariables)) return 'dynamicVariables is not an object';
  if (typeof terminateAgent !== 'boolean') return 'terminateAgent is neither true nor false';
  const variables = dynamicVariables ?? {};
  return { variables, reason: terminateAgent ? toReason(typeof reason === 'string' ? reason : null) : null };
}

/** Why there is to be no session, in words for people. */
export function toReason(said: string | null): string {
  const words = (said ?? '').trim().slice(0, REASON_LENGTH);
  return words === '' ? 'a hook before the session ended it' : words;
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
