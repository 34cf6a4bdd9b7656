import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';
import { runtimeOf, runtimeWords } from './task-words.ts';

/** Every task of this starter, oldest first. */
export function listBackgroundAgents({ state, ports, dialect }: ToolCallSituation): ToolAnswer {
  if (state.tasks.length === 0) return { outcome: 'ok', text: 'No background agents have been started.' };
  const lines = state.tasks.map((task) => {
    const runtime = runtimeWords(runtimeOf(task, ports.now()));
    return `- ${task.id} | ${task.name} | ${task.title} | ${dialect.statusWord(task.status)} | ${runtime}`;
  });
  return { outcome: 'ok', text: ['task_id | agent | title | status | runtime', ...lines].join('\n') };
}
