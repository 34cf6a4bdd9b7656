/** The text of steps as a client shows it while it comes, until the committed message replaces it. */
import { textOf } from '../support/message-text.ts';
import type { Json } from '../support/product-client.ts';

export class LiveText {
  readonly #steps = new Map<string, { attempt: number; text: string }>();

  /** `delta` or `attempt.reset`. It comes before the durable word that its step began. */
  receive(event: Json): void {
    if (event.type !== 'delta' && event.type !== 'attempt.reset') return;
    const key = `${event.turn}.${event.step}`;
    const step = this.#steps.get(key) ?? { attempt: 0, text: '' };
    this.#steps.set(key, step);
    if (event.attempt > step.attempt || event.type === 'attempt.reset') step.text = '';
    step.attempt = Math.max(step.attempt, event.attempt);
    const isShown = event.type === 'delta' && event.kind === 'text' && event.attempt === step.attempt;
    if (isShown) step.text += event.text;
  }

  /**
   * Compares what was shown with the message that replaces it; says how they differ. `isWhole`: every delta has come,
   * so that both must be the same; else pieces may be missing, and none may be doubled.
   */
  replace(event: Json, isWhole: boolean): string | null {
    // Words that no model made are not streamed.
    if (event.usage === null) return null;
    const shown = this.#steps.get(`${event.turn}.${event.step}`)?.text ?? '';
    const text = textOf(event);
    const fits = isWhole ? shown === text : isSubsequence(unmark(shown), unmark(text));
    return fits ? null : `live text ${JSON.stringify(shown)} became ${JSON.stringify(text)}`;
  }
}

/** Without what tells one try from another: while the bus is away, what was shown may be of an earlier one. */
function unmark(text: string): string {
  return text.replace(/try \d+/, 'try');
}

function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const character of part) {
    at = whole.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
