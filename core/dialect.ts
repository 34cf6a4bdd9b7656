/**
 * The two dialects of the tools for background agents: two sets of names and words for the same operations on the
 * same tasks. Here are the words; what the names do is in engine-tools/.
 */
import { isTerminal } from '../protocol/task.ts';
import type { TaskStatus } from '../protocol/task.ts';
import type { DialectName } from '../protocol/team.ts';
import type { ConversationState } from './conversation-state.ts';

export interface Dialect {
  name: DialectName;
  /** A task's status as a model reads it. */
  statusWord(status: TaskStatus): string;
  /** How to read what follows the first `from` characters of a task's result. */
  howToReadOn(task: string, from: number): string;
}

const DIALECTS: Record<DialectName, Dialect> = {
  background_agents: {
    name: 'background_agents',
    statusWord: (status) => (status === 'cancelled' ? 'stopped' : status),
    howToReadOn: (task, from) => `view_background_agent with task_id "${task}" and from ${from}`,
  },
  tasks: {
    name: 'tasks',
    statusWord: (status) => (isTerminal(status) ? status : 'running'),
    howToReadOn: (task) => `get_task_result with task_id "${task}"`,
  },
};

/** The default one where none is named. */
export function findDialect(name: DialectName | null | undefined): Dialect {
  return DIALECTS[name ?? 'background_agents'];
}

/** The dialect that the active agent speaks; the default one for an agent without the toolset. */
export function dialectOf(state: ConversationState): Dialect {
  return findDialect(state.roster.agents[state.agent]?.dialect);
}

/** For rows and requests: left out where it is the default one, as in those that were written before there were two. */
export function toDialectField({ name }: Dialect): { dialect?: DialectName } {
  return name === 'background_agents' ? {} : { dialect: name };
}

/** A name as providers allow it for a tool: the same for what is offered to the model and for what the engine finds. */
export function toToolName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64);
}
