/** Longer ones are cut: a title is for lists. */
const TITLE_LENGTH = 80;

/** A short title from what somebody wrote: its first line. */
export function makeTitle(text: string): string {
  const [line = ''] = text.trim().split('\n');
  return line.length <= TITLE_LENGTH ? line : `${line.slice(0, TITLE_LENGTH - 1).trimEnd()}…`;
}
