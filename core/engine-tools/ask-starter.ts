import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';

/** The task stands still before its next step. Several questions of a step are asked, and answered, together. */
export function askStarter({ state, ports }: ToolCallSituation): ToolAnswer {
  const { task } = state.id;
  if (task === null) return { outcome: 'error', text: 'not a task: there is nobody to ask. Ask the user' };
  if (!state.holds.includes('question')) {
    const { turn, step } = state;
    ports.record({ type: 'task.asked', task, turn, step });
  }
  return { outcome: 'ok', text: 'Asked. The answer is the next message.' };
}
