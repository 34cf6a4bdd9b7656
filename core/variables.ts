/** Dynamic variables: what is known of a session by name, for the templates of its team. */
import type { Variables } from './render-template.ts';

/** Spec: "at most 64 KiB in all", in characters of JSON. */
const VARIABLES_LIMIT = 64 * 1024;

export type MergedVariables = { variables: Variables; keys: string[] } | { problem: string };

/** With the changes, and the keys whose values are others now; or why they are not taken, none of them. */
export function mergeVariables(current: Variables, changes: Variables): MergedVariables {
  const variables = { ...current, ...changes };
  if (JSON.stringify(variables).length > VARIABLES_LIMIT) {
    return { problem: 'the variables of a session may be 64 KiB as JSON, and with these they would be more' };
  }
  const keys = Object.keys(changes).filter((key) => !isSame(current, changes, key));
  return { variables, keys };
}

function isSame(current: Variables, changes: Variables, key: string): boolean {
  return Object.hasOwn(current, key) && toComparable(current[key]) === toComparable(changes[key]);
}

/** A database keeps the keys of an object in an order of its own. */
function toComparable(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
