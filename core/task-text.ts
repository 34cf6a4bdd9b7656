/** The words that a task begins with: what its starter asked, and what it hands over. */
import type { Part } from '../protocol/content.ts';
import type { TranscriptRow } from '../protocol/transcript.ts';
import { takeHead } from './text-head.ts';

/** Messages of the conversation that `context: recent` hands over. */
const RECENT_MESSAGES = 20;
/** Of each message, and of all of them: a background agent can ask its starter for more. */
const MESSAGE_CHARACTERS = 8000;
const CONTEXT_CHARACTERS = 200_000;

export interface TaskText {
  text: string;
  expectedOutput: string | null;
  variables: Record<string, unknown>;
  attachments: { id: string; name: string; mediaType: string }[];
  /** Ids of attachments that are not there (any more). */
  missing: string[];
  /** The starter's conversation as far as it is handed over; null for none of it. */
  context: string | null;
}

export function renderTaskText(task: TaskText): string {
  const { attachments, missing, variables } = task;
  const names = attachments.map((file) => `- ${file.name} (${file.mediaType}, id ${file.id})`);
  const gone = missing.map((id) => `- ${id}: not found`);
  return [
    task.text,
    ...(task.expectedOutput === null ? [] : [`Expected output: ${task.expectedOutput}`]),
    ...(Object.keys(variables).length === 0 ? [] : [`Variables: ${JSON.stringify(variables)}`]),
    ...(names.length + gone.length === 0 ? [] : [['Attachments:', ...names, ...gone].join('\n')]),
    ...(task.context === null ? [] : [`<conversation>\n${task.context}\n</conversation>`]),
  ].join('\n\n');
}

/** What was said between user and assistant, oldest first; null when nothing was. */
export function renderContext(rows: readonly TranscriptRow[], reach: 'recent' | 'all'): string | null {
  const said = rows
    .filter((row) => row.role === 'user' || row.role === 'assistant')
    .map((row) => ({ role: row.role, text: textOf(row.content) }))
    .filter(({ text }) => text !== '')
    .map(
      ({ role, text }) => `${role === 'user' ? 'User' : 'Assistant'}: ${takeHead(text, MESSAGE_CHARACTERS)}`,
    );
  const messages = reach === 'recent' ? said.slice(-RECENT_MESSAGES) : said;
  let characters = 0;
  const fitting = messages
    .toReversed()
    .filter((message) => (characters += message.length) <= CONTEXT_CHARACTERS);
  return fitting.length === 0 ? null : fitting.toReversed().join('\n\n');
}

/** The words of a message, without thinking and attachments. */
export function textOf(content: readonly Part[]): string {
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}
