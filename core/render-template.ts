/** `{{name}}` and `{{name.part.0}}` in values of a team file. Spec: hooks-and-functions.md, "Dynamic variables". */

const TEMPLATE = /\{\{\s*([A-Za-z_][\w-]*(?:\.[\w-]+)*)\s*\}\}/g;
const WHOLE = /^\{\{\s*([A-Za-z_][\w-]*(?:\.[\w-]+)*)\s*\}\}$/;

/**
 * The value with its templates filled in, however deep they stand. A text that is one template becomes the variable
 * itself, of whatever type; what is missing becomes empty. What variables hold is data: no template in it counts.
 */
export function renderTemplates(value: unknown, variables: Record<string, unknown>): unknown {
  if (typeof value === 'string') return renderText(value, variables);
  if (Array.isArray(value)) return value.map((inner) => renderTemplates(inner, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, renderTemplates(inner, variables)]),
  );
}

function renderText(text: string, variables: Record<string, unknown>): unknown {
  const [, whole] = WHOLE.exec(text.trim()) ?? [];
  if (whole !== undefined) return readPath(variables, whole) ?? '';
  return text.replaceAll(TEMPLATE, (_written, path: string) => {
    const value = readPath(variables, path) ?? '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function readPath(variables: Record<string, unknown>, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, part)
          ? (value as Record<string, unknown>)[part]
          : undefined,
      variables,
    );
}
