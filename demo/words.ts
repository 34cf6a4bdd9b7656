/** How near two texts are: shared word stems. Enough to tell a researcher from a code analyst. */

const STOP_WORDS = new Set(
  (
    'a an and any are as at be but by can could do does for from get give had has have how i if in into is it its ' +
    'me my of on or our out please she so some than that the their them then there these they this those to up us ' +
    'use used using was we were what when where which who why will with would you your agent agents task tasks ' +
    'background work job one all each it find found information'
  ).split(' '),
);

/** Words that mean one kind of work: a request seldom uses the words of the description that fits. */
const KINDS = [
  'web internet online news search google website latest research people market price prices reviews trends others',
  'code codebase repo repository function bug implementation source module',
  'document documents pdf contract letter file paper form',
  'image images photo picture screenshot scan',
  'call phone ring contact reach outreach',
  'write draft compose text email letter',
].map((words) => words.split(' '));

function stem(word: string): string {
  const bare = word.replaceAll('z', 's').replace(/(?:ies|ing|ers|er|ed|es|s|e|y)$/, '');
  return (bare.length >= 3 ? bare : word).slice(0, 6);
}

function toStems(text: string): Set<string> {
  const words = text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1 && !STOP_WORDS.has(word));
  const kinds = KINDS.flatMap((kind, index) =>
    kind.some((word) => words.includes(word)) ? [`kind ${index}`] : [],
  );
  return new Set([...words.map(stem), ...kinds]);
}

export function countSharedWords(one: string, other: string): number {
  const stems = toStems(other);
  return [...toStems(one)].filter((word) => stems.has(word)).length;
}

/** The first words of a text as a title, and the whole when it is short. */
export function toTitle(text: string, words = 8): string {
  const all = text
    .replace(/[\s#*_>]+/g, ' ')
    .trim()
    .replace(/[.:;,!?]+$/, '')
    .split(' ');
  return all.length <= words ? all.join(' ') : `${all.slice(0, words).join(' ')}…`;
}

/** At most `limit` characters, cut between words. */
export function toHead(text: string, limit: number): string {
  const trimmed = text.trim();
  return trimmed.length <= limit ? trimmed : `${trimmed.slice(0, limit).replace(/\s+\S*$/, '')} …`;
}
