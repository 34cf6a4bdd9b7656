/** What the model calls a function: one that comes with an agent of another team has that team's name before its own. */
export function toFunctionTool(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}
