import type { Bus } from '../bus/bus.ts';
import { toLiveTopic } from '../bus/bus.ts';
import type { ConversationId } from '../protocol/ids.ts';

/** Spec: "at most one per task per second". Who comes later finds the latest in the task itself. */
const INTERVAL_MS = 1_000;
const TASKS_REMEMBERED = 10_000;

/** When each task was last told of, the longest silent first. */
const lastTold = new Map<string, number>();

/** Tells the session's readers what one of its tasks is doing: live only, nothing of it is kept. */
export function announceProgress(
  bus: Bus,
  work: ConversationId,
  progress: { phase: 'model' | 'tools'; step: number; tool: string | null },
): void {
  if (work.task === null || !isDue(work.task, Date.now())) return;
  const { workspace, session, task } = work;
  const topic = toLiveTopic({ workspace, session, task: null });
  bus.publish(topic, { type: 'task.progress', task, ...progress, message: null, percent: null });
}

function isDue(task: string, nowMs: number): boolean {
  if (nowMs - (lastTold.get(task) ?? 0) < INTERVAL_MS) return false;
  lastTold.delete(task);
  lastTold.set(task, nowMs);
  const [oldest] = lastTold.keys();
  if (lastTold.size > TASKS_REMEMBERED && oldest !== undefined) lastTold.delete(oldest);
  return true;
}
