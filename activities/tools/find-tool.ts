import { reportProgress } from './report-progress.ts';
import { setVariable } from './set-variable.ts';
import { saveFile } from './save-file.ts';
import { createTodos, listTodos, updateTodos } from './todo-tools.ts';
import type { Tool } from './tool-effect.ts';
import { viewBackgroundAgent } from './view-background-agent.ts';

const tools: Record<string, Tool | undefined> = {
  save_file: saveFile,
  report_progress: reportProgress,
  view_background_agent: viewBackgroundAgent,
  get_task_result: viewBackgroundAgent,
  create_todo: createTodos,
  create_todos: createTodos,
  update_todos: updateTodos,
  list_todos: listTodos,
  set_variable: setVariable,
};

/** The tool of that name; for another one a tool that says that it does not exist. */
export function findTool(name: string): Tool {
  return tools[name] ?? (() => Promise.resolve({ outcome: 'error', text: `unknown tool: ${name}` }));
}

/** Whether an activity runs it; the engine answers the others itself. */
export function hasEffect(name: string): boolean {
  return tools[name] !== undefined;
}
