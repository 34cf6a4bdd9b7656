/** `{{name}}` and `{{name.part.0}}` in what a team's file says. Spec: hooks-and-functions.md, "Dynamic variables". */

const TEMPLATE = /\{\{\s*([A-Za-z_][\w-]*(?:\.[\w-]+)*)\s*\}\}/g;
const WHOLE = /^\{\{\s*([A-Za-z_][\w-]*(?:\.[\w-]+)*)\s*\}\}$/;

export type Variables = Record<string, unknown>;

export interface Rendering {
  variables: Variables;
  /** Gathers the paths for which there is no value. */
  missing?: Set<string>;
}

/**
 * The value with its templates filled in, however deep they stand. A text that is one template becomes the variable
 * itself, of whatever type; what is missing becomes empty. What variables hold is data: no template in it counts.
 */
export function renderTemplates(value: unknown, rendering: Rendering): unknown {
  if (typeof value === 'string') return renderWhole(value, rendering);
  if (Array.isArray(value)) return value.map((inner) => renderTemplates(inner, rendering));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, renderTemplates(inner, rendering)]),
  );
}

/** A text stays one: what is not a text is written as JSON, and `encode` makes it fit the place where it stands. */
export function renderText(
  text: string,
  rendering: Rendering,
  encode: (value: string) => string = (value) => value,
): string {
  return text.replaceAll(TEMPLATE, (_written, path: string) => encode(toWords(find(path, rendering))));
}

function renderWhole(text: string, rendering: Rendering): unknown {
  const [, path] = WHOLE.exec(text.trim()) ?? [];
  return path === undefined ? renderText(text, rendering) : find(path, rendering);
}

function toWords(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function find(path: string, { variables, missing }: Rendering): unknown {
  const value = readPath(variables, path);
  if (value === undefined) missing?.add(path);
  return value ?? (value === null ? null : '');
}

function readPath(variables: Variables, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, part)
          ? (value as Variables)[part]
          : undefined,
      variables,
    );
}
