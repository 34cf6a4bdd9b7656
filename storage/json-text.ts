// What PostgreSQL refuses in text: the character 0, and halves of surrogate pairs. Models and tools emit both.
const UNSTORABLE = /[\0\p{Surrogate}]/gu;
const ESCAPES = /\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g;

/** Text as it can be stored: what PostgreSQL refuses becomes U+FFFD. */
export function toText(text: string): string {
  return text.replace(UNSTORABLE, '\uFFFD');
}

/** A value for a JSON column. `JSON.stringify` escapes what PostgreSQL refuses; such an escape becomes U+FFFD. */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replace(ESCAPES, (escape, code: string) =>
    code.length === 5 ? '\\ufffd' : escape,
  );
}

export function toNullableJson(value: unknown): string | null {
  return value === null || value === undefined ? null : toJson(value);
}
