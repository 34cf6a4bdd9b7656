/** What a task gets to read of those that it waited for. It cannot look at them itself, so it gets them whole. */
import type { TaskEnd } from './notice-text.ts';
import { renderTaskElement } from './task-element.ts';
import { takeHead } from './text-head.ts';

/** Characters of all results together, and of each however many they are. */
const ALL_CHARACTERS = 200_000;
const LEAST_CHARACTERS = 4096;

export function renderPrerequisites(ends: TaskEnd[]): string[] {
  const length = Math.max(LEAST_CHARACTERS, Math.floor(ALL_CHARACTERS / ends.length));
  return ends.map((end) => renderPrerequisite(end, length));
}

function renderPrerequisite({ outcome, result, error, files }: TaskEnd, length: number): string {
  const output = result ?? '';
  const head = takeHead(output, length);
  return renderTaskElement(outcome, [
    'Your task was to begin after this one, which has ended.',
    ...(error === null ? [] : [`Error (${error.type}): ${error.message}`]),
    head === ''
      ? '(No output.)'
      : `${outcome.status === 'completed' ? 'Result' : 'Output until then'}:\n${head}`,
    ...(head.length < output.length ? [`[The first ${head.length} of ${output.length} characters.]`] : []),
    ...files.map((file) => `File: ${file.name} (${file.mediaType}, id ${file.id})`),
  ]);
}
