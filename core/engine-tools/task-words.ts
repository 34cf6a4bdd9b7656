/** Words about tasks that several tools share. */
import { findTask } from '../conversation-state.ts';
import type { ConversationState, TaskRecord } from '../conversation-state.ts';
import type { TaskProgress } from '../../protocol/task.ts';
import { takeHead } from '../text-head.ts';

/** The same words for a task that does not exist and for one that is somebody else's. */
export function notFoundWords(task: string): string {
  return `task not found: ${task}`;
}

/** One of this starter's own tasks: a state holds no others. */
export function findOwnTask(state: ConversationState, task: unknown): TaskRecord | undefined {
  return typeof task === 'string' ? findTask(state, task) : undefined;
}

/** Milliseconds from its start to now or to its end: the runtime of a finished task stands still. */
export function runtimeOf(task: TaskRecord, nowMs: number): number | null {
  if (task.runtimeMs !== null) return task.runtimeMs;
  return task.startedAt === null || task.endedAt !== null ? null : Math.max(0, nowMs - task.startedAt);
}

export function progressWords({ message, percent }: TaskProgress): string {
  return percent === null ? message : `${message} (${percent} %)`;
}

/** In one line. */
export function waitingWords(question: string): string {
  return `waiting for an answer: ${takeHead(question.replaceAll(/\s+/g, ' ').trim(), 200)}`;
}

export function runtimeWords(runtimeMs: number | null): string {
  if (runtimeMs === null) return 'not started';
  const seconds = Math.round(runtimeMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
