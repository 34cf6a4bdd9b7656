import { toDialectField } from '../dialect.ts';
import { toOutcome } from '../place-inputs.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';
import { runtimeOf } from './task-words.ts';

/** Every task of this starter, oldest first. What they say of their progress is in the store, which writes it out. */
export function listBackgroundAgents({ state, ports, dialect }: ToolCallSituation): ToolAnswer {
  if (state.tasks.length === 0) return { outcome: 'ok', text: 'No background agents have been started.' };
  const now = ports.now();
  const tasks = state.tasks.map((task) => ({ ...toOutcome(task), runtimeMs: runtimeOf(task, now) }));
  const answer = { form: 'list' as const, tasks, timedOut: false, endedEarly: null };
  return { outcome: 'ok', answer: { ...answer, ...toDialectField(dialect) } };
}
