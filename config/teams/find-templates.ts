/** `{{key}}` and `{{key.path.0}}` in texts of a team file. */

export interface FoundTemplates {
  /** As they are written, each once. */
  valid: string[];
  broken: string[];
}

const KEY_PATH = /^\s*[A-Za-z_][\w-]*(?:\.[\w-]+)*\s*$/;

export function findTemplates(text: string): FoundTemplates {
  const valid = new Set<string>();
  const broken = new Set<string>();
  let start = text.indexOf('{{');
  while (start >= 0) {
    const end = text.indexOf('}}', start + 2);
    if (end < 0) {
      broken.add(shorten(text.slice(start)));
      break;
    }
    const written = text.slice(start, end + 2);
    if (KEY_PATH.test(text.slice(start + 2, end))) valid.add(written);
    else broken.add(shorten(written));
    start = text.indexOf('{{', end + 2);
  }
  return { valid: [...valid], broken: [...broken] };
}

function shorten(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}
