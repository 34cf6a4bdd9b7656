/** What a person says about tasks that exist, in plain words, and which of them are meant. */
import { countSharedWords } from './words.ts';

export interface Command {
  kind: 'status' | 'view' | 'stop' | 'message' | 'wait';
  text: string;
  /** For `message`: what to pass on. */
  message: string;
  /** For `stop`: what there is by then is wanted. */
  wrapsUp: boolean;
}

export const TASK_ID = /agent_task_[\w-]+/g;

const POLITE = String.raw`^(?:\W*\b(?:please|ok|okay|now|no|actually|can|could|would|you|never ?mind|and)\b)*\W*`;
const STATUS =
  /^\W*status\b|\bstatus of\b|\bwhat('s| is| are)?( \w+){0,3} (running|in progress|going on)\b|\bhow (is|are|does) .*\b(going|doing|coming|progressing)\b|\bany (progress|news|updates?)\b|\bhow far\b|^list\b.*\b(tasks?|agents?)\b/i;
const STOP = new RegExp(`${POLITE}(?:stop|cancel|abort|kill|wrap up|finish up)\\b`, 'i');
const WAIT = new RegExp(`${POLITE}wait (?:for|until|till)\\b`, 'i');
const TELL = new RegExp(
  `${POLITE}(?:tell|ask|inform|let) (?!me\\b|us\\b|about\\b).{2,60}?\\b(?:that|to|about|know)\\b[\\s,:]*(.+)`,
  'is',
);
const VIEW = new RegExp(
  `${POLITE}(?:show|view|open|display)\\b|\\bwhat (?:did|has|have) .+ (?:find|found|say|said|write|written|do|done|report)`,
  'i',
);

export function readCommand(text: string): Command | null {
  const message = TELL.exec(text)?.[1]?.trim() ?? '';
  if (text.length > 300) return null;
  if (message !== '') return { kind: 'message', text, message, wrapsUp: false };
  const kinds = [
    ['wait', WAIT] as const,
    ['status', STATUS] as const,
    ['stop', STOP] as const,
    ['view', VIEW] as const,
  ];
  const kind = kinds.find(([, pattern]) => pattern.test(text))?.[0];
  return kind === undefined ? null : { kind, text, message, wrapsUp: /\b(?:wrap|finish) up\b/i.test(text) };
}

/**
 * Ids of the tasks of a list, one a line, that the words mean: all of them, the one that shares most words with
 * them, or for "it" the last. Only a view can mean one that has ended.
 */
export function matchTasks(command: Command, list: string): string[] {
  const lines = list.split('\n').filter((line) => line.search(TASK_ID) >= 0);
  const isMeant = (line: string): boolean =>
    command.kind === 'view' || !/\b(completed|failed|cancelled|stopped)\b/i.test(line);
  const tasks = lines.filter(isMeant).map((line) => ({
    id: line.match(TASK_ID)?.[0] ?? '',
    shared: countSharedWords(command.text, line.replace(TASK_ID, '')),
  }));
  const ids = tasks.map((task) => task.id);
  if (/\b(all|everything|every|them|both)\b/i.test(command.text)) return ids;
  const best = tasks.toSorted((a, b) => a.shared - b.shared).at(-1);
  if (best !== undefined && best.shared > 0) return [best.id];
  const isVague = /\b(it|that|this|tasks?|agents?|work|result)\b/i.test(command.text);
  return isVague && command.kind !== 'message' ? ids.slice(-1) : [];
}
