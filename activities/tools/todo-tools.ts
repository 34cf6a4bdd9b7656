/** The to-do list of a conversation: the agent's own notes, in the store. */
import type { z } from 'zod';
import type { createTodosArguments, updateTodosArguments } from '../../protocol/schemas/tool-arguments.ts';
import { currentRun } from '../current-run.ts';
import type { Tool, ToolEffect } from './tool-effect.ts';

interface Todo {
  id: string;
  description: string;
  status: 'pending' | 'in-progress' | 'completed';
  /** Run and place of the call that made it: one that is repeated after a crash makes nothing twice. */
  madeAt?: string;
}

type Updates = z.infer<typeof updateTodosArguments>['updates'];
type Descriptions = z.infer<typeof createTodosArguments>['descriptions'];

/** For `create_todo` and `create_todos`. */
export const createTodos: Tool = async ({ store }, request, callArguments) => {
  const one = callArguments['description'];
  const descriptions = typeof one === 'string' ? [one] : (callArguments['descriptions'] as Descriptions);
  const madeAt = `${currentRun()} ${request.place.join('.')}`;
  const all = await store.todos.update<Todo[]>(request, (known) => {
    const todos = known ?? [];
    if (todos.some((todo) => todo.madeAt === madeAt)) return todos;
    const added = descriptions.map((description, index): Todo => {
      return { id: `todo_${todos.length + index + 1}`, description, status: 'pending', madeAt };
    });
    return [...todos, ...added];
  });
  return show(all);
};

export const updateTodos: Tool = async ({ store }, request, callArguments) => {
  const updates = callArguments['updates'] as Updates;
  let unknown: string[] = [];
  const all = await store.todos.update<Todo[]>(request, (known) => {
    const todos = known ?? [];
    unknown = updates.filter(({ id }) => !todos.some((todo) => todo.id === id)).map(({ id }) => id);
    if (unknown.length > 0) return todos;
    return todos.map((todo) => ({ ...todo, ...updates.find(({ id }) => id === todo.id) }));
  });
  if (unknown.length > 0)
    return { outcome: 'error', text: `no such item: ${unknown.join(', ')}; nothing was changed` };
  return show(all);
};

export const listTodos: Tool = async ({ store }, request) =>
  show((await store.todos.get<Todo[]>(request)) ?? []);

function show(todos: Todo[]): ToolEffect {
  if (todos.length === 0) return { outcome: 'ok', text: 'The list is empty.' };
  return {
    outcome: 'ok',
    text: todos.map(({ id, status, description }) => `- [${status}] ${id}: ${description}`).join('\n'),
  };
}
