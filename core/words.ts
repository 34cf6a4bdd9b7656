/** Words that the engine itself says, to users and to models. */
import type { EventError } from '../protocol/events.ts';

export const LAST_STEP_INSTRUCTION =
  'This is your last step: no tools are left. Answer now with what you have, and say what is missing.';

export const WRAP_UP_INSTRUCTION =
  'You are asked to come to an end: this is your last step, and no tools are left. Answer now with what you have, and say what is missing.';

export function turnFailedWords(error: EventError): string {
  return `I could not answer: ${error.message} Nothing is lost; you can go on, or send your message again.`;
}

export function limitWords(steps: number): string {
  return `I stopped after ${steps} steps without coming to an end. Tell me how to go on, or ask for less at once.`;
}
