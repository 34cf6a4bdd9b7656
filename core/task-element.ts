/** What the system tells a model of a task: an element that shows whose words it holds. */
import type { TaskOutcome } from '../protocol/transcript.ts';

export function renderTaskElement(outcome: TaskOutcome, lines: string[]): string {
  const attributes = [
    ['id', outcome.task],
    ['agent', outcome.agent],
    ['title', outcome.title],
    ['status', outcome.status],
    ...(outcome.partial ? [['partial', 'true']] : []),
    ...(outcome.runtimeMs === null ? [] : [['runtime', formatRuntime(outcome.runtimeMs)]]),
  ].map(([name, value]) => `${name}="${escapeAttribute(value ?? '')}"`);
  return `<background_task ${attributes.join(' ')}>\n${escapeTags(lines.join('\n'))}\n</background_task>`;
}

function escapeAttribute(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/\s+/g, ' ');
}

/** What a task said may hold such a tag: it must not look like the end of the notice, or like another one. */
function escapeTags(text: string): string {
  return text.replaceAll(/<(?=\/?\s*background_task)/gi, '&lt;');
}

/** `850 ms`, `12.3 s`, `4 min 10 s`, `2 h 5 min`. */
function formatRuntime(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
