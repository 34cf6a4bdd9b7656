/** The places of a tree, which all its conversations share: how many of its tasks run at once. */
import type { TaskStatus } from '../protocol/task.ts';
import type { ConversationState } from './conversation-state.ts';

/** A task of the tree that has not ended. */
export interface OpenTask {
  id: string;
  /** Null: the session's conversation. */
  starter: string | null;
  status: TaskStatus;
}

/** Whether tasks may start tasks: where not, the session's conversation can count those that run by itself. */
export function sharesPlaces({ depth, roster }: Pick<ConversationState, 'depth' | 'roster'>): boolean {
  const { agents, limits } = roster;
  const startable = Object.values(agents).flatMap(({ subAgents }) => subAgents);
  const nests = startable.some(({ agent }) => (agents[agent]?.subAgents.length ?? 0) > 0);
  return depth > 0 || (nests && limits.maxDepth > 1);
}

/**
 * Those of the wanted tasks that may run, oldest first. Where all that run wait for tasks of their own, one of these
 * may although there is no room: else nobody would ever come to an end.
 */
export function choosePlaces(open: readonly OpenTask[], wanted: readonly string[], limit: number): string[] {
  const running = open.filter(({ status }) => status === 'running').map(({ id }) => id);
  const starters = new Set(open.map(({ starter }) => starter));
  const isStuck = running.every((id) => starters.has(id));
  const room = Math.max(isStuck ? 1 : 0, limit - running.length);
  const queued = wanted.filter((id) => open.some((task) => task.id === id && task.status === 'queued'));
  return [...wanted.filter((id) => running.includes(id)), ...queued.slice(0, room)];
}
