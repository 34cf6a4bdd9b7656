import type { ConversationState } from './conversation-state.ts';

/** Also what goes along at a rollover: whoever repeats a command does so at once. */
const ANSWERS_KEPT = 32;

/** `request`: its id. A known one gets the answer that it was given, and nothing happens. */
export function answerCommandOnce<T>(
  state: Pick<ConversationState, 'answered'>,
  request: string,
  answer: () => T,
): T {
  const known = state.answered.find((entry) => entry.request === request);
  if (known !== undefined) return known.answer as T;
  const given = answer();
  state.answered = [...state.answered, { request, answer: given }].slice(-ANSWERS_KEPT);
  return given;
}
