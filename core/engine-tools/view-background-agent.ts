import { executeTool } from '../execute-tool.ts';
import type { ToolAnswer, ToolCallSituation } from '../tool-call.ts';
import { findOwnTask, notFoundWords, runtimeOf } from './task-words.ts';

/** What a task says is in the store, and its live phase in its workflow: an activity reads both. */
export async function viewBackgroundAgent(situation: ToolCallSituation): Promise<ToolAnswer> {
  const { state, ports, call } = situation;
  const task = findOwnTask(state, call.arguments['task_id']);
  if (task === undefined) return { outcome: 'error', text: notFoundWords(String(call.arguments['task_id'])) };
  const { id, agent, title, status } = task;
  return executeTool(situation, { task: id, agent, title, status, runtimeMs: runtimeOf(task, ports.now()) });
}
