/** What a task says to its starter on the way: what it asks for, and what became of the starter's messages. */
import { condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import { endForWantOfBudget } from '../core/extend-budget.ts';
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
    await condition(() => {
      return state.receipts.length > 0 || state.untoldQuestion !== null || state.untoldShortage !== null;
    });
    const [receipt] = state.receipts;
    const question = state.untoldQuestion;
    const use = state.untoldShortage;
    if (receipt !== undefined) {
      await tellStarter(input, 'taskSteered', { task, ...receipt });
      state.receipts.shift();
    } else if (question !== null) {
      const isHeard = await tellStarter(input, 'taskAsked', { task, ...question });
      if (state.untoldQuestion === question) state.untoldQuestion = null;
      if (!isHeard) goOnUnanswered(state, ports);
    } else if (use !== null) {
      const isHeard = await tellStarter(input, 'taskExhausted', { task, use });
      if (state.untoldShortage === use) state.untoldShortage = null;
      if (!isHeard) endForWantOfBudget(state, ports);
    }
  }
}

/** To the workflow id without a run, so that a starter that continued as new gets it. False: it is over. */
async function tellStarter<Name extends 'taskSteered' | 'taskAsked' | 'taskExhausted'>(
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
