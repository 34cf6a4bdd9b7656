/** Words that the engine itself says, to users and to models. */
import type { BudgetUse } from '../protocol/budget.ts';
import type { FollowUp } from './function-state.ts';
import type { EventError } from '../protocol/events.ts';
import { budgetWords } from './budget.ts';

export const LAST_STEP_INSTRUCTION =
  'This is your last step: no tools are left. Answer now with what you have, and say what is missing.';

export const WRAP_UP_INSTRUCTION =
  'You are asked to come to an end: this is your last step, and no tools are left. Answer now with what you have, and say what is missing.';

export function budgetWarningWords(use: BudgetUse): string {
  return `${budgetWords(use)} are used. Come to an end with what is left: leave out what is not needed, and answer soon.`;
}

export function budgetEndWords(use: BudgetUse): string {
  return `I have to stop here: the budget does not allow another step (${budgetWords(use)} are used). Nothing is lost; I can go on when it is extended.`;
}

export const NOBODY_TO_ASK_INSTRUCTION =
  'Nobody is left who could answer: the conversation that gave you this task is over. Go on without an answer, and say what you assumed.';

export function unansweredWords(tasks: string[]): string {
  return (
    `Your work is not done: what you say reaches nobody as long as tasks of yours wait for your answer: ${tasks.join(', ')}. ` +
    'Answer with message_background_agent, ask your own starter with ask_starter, or stop them.'
  );
}

export function turnFailedWords(error: EventError): string {
  return `I could not answer: ${error.message} Nothing is lost; you can go on, or send your message again.`;
}

/** For the agent, when the time has come that it asked for. */
export function followUpWords({ id, message, scheduledAt }: FollowUp): string {
  const when = new Date(scheduledAt).toISOString();
  return (
    `The time of your follow-up ${id} has come. What you wanted to be told (you wrote it at ${when}): ` +
    `${message.replaceAll(/<(?=\/?\s*(?:background_task|system_notice)\b)/gi, '&lt;')}`
  );
}

/** For the agent that takes over. */
export function handoffWords(from: string, to: string, reason: string | null): string {
  const why =
    reason === null || reason.trim() === ''
      ? 'No reason was given.'
      : `The reason given: ${endSentence(reason.trim())}`;
  return (
    `${from} has handed this conversation over to you, ${to}. ${why} Go on from here and answer the user now. ` +
    `What was said before stands above; the tools that ${from} called are not yours: use only your own.`
  );
}

function endSentence(words: string): string {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}

/** For the user. */
export function handoffLimitWords(handoffs: number): string {
  const times = handoffs === 1 ? 'once' : `${handoffs} times`;
  return (
    `I stopped: this conversation was handed on ${times} without an answer. ` +
    'Tell me more exactly what you need, and we go on from here.'
  );
}

export function limitWords(steps: number): string {
  return `I stopped after ${steps} steps without coming to an end. Tell me how to go on, or ask for less at once.`;
}
