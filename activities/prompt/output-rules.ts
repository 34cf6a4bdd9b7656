/** For models whose provider does not hold them to a schema, the words; for the others they do no harm. */
export function outputRules(schema: Record<string, unknown>): string {
  return `Answer with JSON only, without any words around it, by this JSON Schema:\n${JSON.stringify(schema)}`;
}
