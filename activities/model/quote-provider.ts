import type { ProviderRequest } from './provider.ts';

const MAX_QUOTE = 200;

/** Words of the conversation that are repeated to this length are content, and shorter ones are coincidence. */
const CONTENT_WINDOW = 24;

const KEY_LIKE = /\b(sk|pk|rk|key|gsk|xai|AIza)[-_][^\s"',]{4,}|Bearer\s+\S+/gi;

/**
 * The provider's own words about a refused request, for a failure's message: one line, without keys, and left out
 * where they repeat what was said in the conversation. Empty when there are none.
 */
export function quoteProvider(words: unknown, key: string | null, request: ProviderRequest): string {
  if (typeof words !== 'string') return '';
  let text = words.replace(/\s+/g, ' ').trim();
  if (key !== null && key !== '') text = text.replaceAll(key, '[key]');
  text = text.replace(KEY_LIKE, '[key]');
  if (text.length > MAX_QUOTE) text = `${text.slice(0, MAX_QUOTE - 1)}…`;
  return repeatsContent(text, request) ? '' : text;
}

function repeatsContent(text: string, request: ProviderRequest): boolean {
  // Tool names and schemas are the team's, and errors about them have to be understood.
  const said = JSON.stringify([request.system, request.messages]).replace(/\\[nrt]|\s+/g, ' ');
  for (let start = 0; start + CONTENT_WINDOW <= text.length; start++) {
    if (said.includes(text.slice(start, start + CONTENT_WINDOW))) return true;
  }
  return false;
}
