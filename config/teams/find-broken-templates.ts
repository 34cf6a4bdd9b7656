/** `{{key}}` and `{{key.path.0}}` in texts of a team file. */

const KEY_PATH = /^\s*[A-Za-z_][\w-]*(?:\.[\w-]+)*\s*$/;

/** Those that do not parse, as they are written, each once. */
export function findBrokenTemplates(text: string): string[] {
  const broken = new Set<string>();
  let start = text.indexOf('{{');
  while (start >= 0) {
    const end = text.indexOf('}}', start + 2);
    if (end < 0) {
      broken.add(shorten(text.slice(start)));
      break;
    }
    if (!KEY_PATH.test(text.slice(start + 2, end))) broken.add(shorten(text.slice(start, end + 2)));
    start = text.indexOf('{{', end + 2);
  }
  return [...broken];
}

function shorten(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}
