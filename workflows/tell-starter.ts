/** What a task says to its starter: its end, its questions, and what became of the starter's messages. */
import { condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import { goOnUnanswered } from '../core/task-question.ts';
import { toWorkflowId } from '../protocol/ids.ts';
import { SIGNALS } from '../protocol/session-messages.ts';
import type { SignalArguments } from '../protocol/session-messages.ts';
import type { TaskInput } from '../protocol/task-input.ts';
import type { Conversation } from './conversation.ts';
import { toEnd } from './task-end.ts';

/** As it happens, in order; before its end all of it has been told. */
export async function tellStarterOfSteps({ state, ports }: Conversation, input: TaskInput): Promise<void> {
  const { task } = input;
  for (;;) {
    await condition(() => state.receipts.length > 0 || state.untoldQuestion !== null);
    const [receipt] = state.receipts;
    const question = state.untoldQuestion;
    if (receipt !== undefined) {
      await tellStarter(input, 'taskSteered', { task, ...receipt });
      state.receipts.shift();
    } else if (question !== null) {
      const isHeard = await tellStarter(input, 'taskAsked', { task, ...question });
      if (state.untoldQuestion === question) state.untoldQuestion = null;
      if (!isHeard) goOnUnanswered(state, ports);
    }
  }
}

/** To the workflow id without a run, so that a starter that continued as new gets it. False: it is over. */
export async function tellStarter<Name extends 'taskReport' | 'taskSteered' | 'taskAsked'>(
  { workspace, session, starter }: TaskInput,
  name: Name,
  fact: SignalArguments[Name],
): Promise<boolean> {
  const handle = getExternalWorkflowHandle(toWorkflowId({ workspace, session, task: starter }));
  try {
    await handle.signal(SIGNALS[name], fact);
    return true;
  } catch (error) {
    toEnd(error);
    return false;
  }
}
