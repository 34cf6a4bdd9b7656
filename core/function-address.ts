/**
 * The address and the headers of a function's request, from what the team's file says. The text is read once: what a
 * variable holds is never read as a template, a secret's name, or a part of the address.
 */
import { renderText } from './render-template.ts';
import type { Rendering } from './render-template.ts';

const SECRET = /\$\{(?:env\.|secret:)([A-Za-z_]\w*)\}/g;

/** The value of a secret or a variable of the environment; null: there is none. */
export type ReadSecret = (name: string) => string | null;

export class BadFunctionRequest extends Error {}

export function renderAddress(written: string, rendering: Rendering, readSecret: ReadSecret): string {
  const url = fill(written, rendering, readSecret, encode);
  const [path = ''] = url.split(/[?#]/, 1);
  if (path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))) {
    throw new BadFunctionRequest('a part of its address would be "." or "..", which leads elsewhere');
  }
  return url;
}

export function renderHeaders(
  written: Record<string, string>,
  rendering: Rendering,
  readSecret: ReadSecret,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(written).map(([name, value]) => [
      name.toLowerCase(),
      fill(value, rendering, readSecret, toHeaderText).trim(),
    ]),
  );
}

/** Names of the secrets that a text asks for. */
export function listSecrets(written: string): string[] {
  return [...written.matchAll(SECRET)].map(([, name = '']) => name);
}

/** A header is one line of Latin letters: what cannot be in one becomes a space, or is percent-encoded. */
function toHeaderText(value: string): string {
  return value.replaceAll(/\p{Cc}+/gu, ' ').replaceAll(/[^\u0020-\u007e]+/gu, encode);
}

function encode(value: string): string {
  return encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, '\uFFFD'));
}

/** Templates are filled in between the secrets, so that neither ever stands in the other. */
function fill(
  written: string,
  rendering: Rendering,
  readSecret: ReadSecret,
  toPlace: (value: string) => string,
): string {
  let filled = '';
  let end = 0;
  for (const match of written.matchAll(SECRET)) {
    const [reference, name = ''] = match;
    const secret = readSecret(name);
    if (secret === null) throw new BadFunctionRequest(`the secret ${name} is not set`);
    filled += renderText(written.slice(end, match.index), rendering, toPlace) + secret;
    end = match.index + reference.length;
  }
  return filled + renderText(written.slice(end), rendering, toPlace);
}
