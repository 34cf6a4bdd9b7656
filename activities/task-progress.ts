/** Tells a session's readers what its tasks are doing: live only, nothing of it is kept. */
import type { Bus } from '../bus/bus.ts';
import { toLiveTopic } from '../bus/bus.ts';
import type { ConversationId } from '../protocol/ids.ts';
import type { TaskProgress } from '../protocol/task.ts';

/** Spec: "at most one per task per second". Who comes later finds the latest in the task itself. */
const INTERVAL_MS = 1_000;
const TASKS_REMEMBERED = 10_000;

interface Activity extends Partial<TaskProgress> {
  phase: 'model' | 'tools';
  step: number;
  tool: string | null;
}

interface Told {
  at: number;
  /** What it said last of itself goes along with what it does. */
  progress: TaskProgress | null;
  /** Waits until the second is over. */
  next: (() => void) | null;
}

/** By task, the longest silent first. */
const told = new Map<string, Told>();

/** What comes within a second after what was told is told when it is over, the latest alone. */
export function announceProgress(bus: Bus, work: ConversationId, activity: Activity): void {
  const { workspace, session, task } = work;
  if (task === null) return;
  const last = told.get(task) ?? { at: 0, progress: null, next: null };
  const { phase, step, tool, message, percent = null } = activity;
  if (message !== undefined) last.progress = { message, percent };
  const tell = (): void => {
    last.at = Date.now();
    last.next = null;
    remember(task, last);
    const progress = last.progress ?? { message: null, percent: null };
    const live = { type: 'task.progress' as const, task, phase, step, tool, ...progress };
    bus.publish(toLiveTopic({ workspace, session, task: null }), live);
  };
  const wait = last.at + INTERVAL_MS - Date.now();
  if (wait <= 0) return tell();
  if (last.next === null) setTimeout(() => last.next?.(), wait).unref();
  last.next = tell;
}

function remember(task: string, state: Told): void {
  told.delete(task);
  told.set(task, state);
  const [oldest] = told.keys();
  if (told.size > TASKS_REMEMBERED && oldest !== undefined) told.delete(oldest);
}
