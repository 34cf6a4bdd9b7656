/**
 * What sessions and tasks alike answer to. Handlers record; the loop acts. All are registered before the first
 * await, so that nothing that comes early is lost.
 */
import {
  ApplicationFailure,
  currentUpdateInfo,
  defineQuery,
  defineSignal,
  defineUpdate,
  setDefaultSignalHandler,
  setHandler,
} from '@temporalio/workflow';
import { answerCommandOnce } from '../core/answer-command-once.ts';
import type { Refusal } from '../core/refusal.ts';
import { readConversation } from '../core/view.ts';
import { QUERIES, SIGNALS, UPDATES } from '../protocol/session-messages.ts';
import type {
  ConversationRead,
  SignalArguments,
  UpdateArguments,
  UpdateResults,
} from '../protocol/session-messages.ts';
import type { Conversation } from './conversation.ts';
import { untilRestIsHandled } from './until-rest-is-handled.ts';

const readQuery = defineQuery<ConversationRead, [number]>(QUERIES.read);

/** Throws the refusal to whoever sent the update; null passes. */
export function refuse(refusal: Refusal | null): void {
  if (refusal !== null) throw ApplicationFailure.create({ ...refusal, nonRetryable: true });
}

/**
 * An update's handler and validator, by the shapes of the protocol. The validator is asked again when the update's turn
 * has come; a workflow that was cancelled still answers.
 */
export function setUpdateHandler<Name extends keyof UpdateArguments>(
  { shield }: Conversation,
  name: Name,
  handler: (argument: UpdateArguments[Name]) => UpdateResults[Name] | Promise<UpdateResults[Name]>,
  validator: (argument: UpdateArguments[Name]) => void,
): void {
  const handle = (argument: UpdateArguments[Name]): Promise<UpdateResults[Name]> =>
    shield.run(async () => {
      await untilRestIsHandled();
      validator(argument);
      return handler(argument);
    });
  setHandler(defineUpdate<UpdateResults[Name], [UpdateArguments[Name]]>(UPDATES[name]), handle, {
    validator,
  });
}

/**
 * As `setUpdateHandler`, for a command that a repeat would carry out anew: the id of the update gets its first answer,
 * which within a run is the server's own doing, also after a rollover.
 */
export function setCommandHandler<Name extends 'interrupt' | 'pauseTask' | 'resumeTask' | 'extendBudget'>(
  conversation: Conversation,
  name: Name,
  handler: (argument: UpdateArguments[Name]) => UpdateResults[Name],
  validator: (argument: UpdateArguments[Name]) => void,
): void {
  setUpdateHandler(
    conversation,
    name,
    (argument) =>
      answerCommandOnce(conversation.state, currentUpdateInfo()?.id ?? '', () => handler(argument)),
    validator,
  );
}

export type SignalHandlers = {
  [Name in keyof SignalArguments]?: (argument: SignalArguments[Name]) => void;
};

/**
 * All of a workflow's at once. What came before the run began is given to handlers by name in the order in which they
 * are registered, so that a task's end could overtake its receipts; a default handler gets it in the order of arrival.
 */
export function setSignalHandlers(handlers: SignalHandlers): void {
  const named = Object.entries(handlers) as [keyof SignalArguments, (argument: unknown) => void][];
  const byName = new Map<string, (argument: unknown) => void>(
    named.map(([name, handler]) => [SIGNALS[name], handler]),
  );
  setDefaultSignalHandler((name, argument) => byName.get(name)?.(argument));
  for (const [name, handler] of byName) setHandler(defineSignal<[unknown]>(name), handler);
  setDefaultSignalHandler(undefined);
}

export function setReadHandler({ state }: Conversation): void {
  setHandler(readQuery, (fromOffset) => readConversation(state, fromOffset));
}
