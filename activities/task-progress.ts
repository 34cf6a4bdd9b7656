import type { Bus } from '../bus/bus.ts';
import { toLiveTopic } from '../bus/bus.ts';
import type { ConversationId } from '../protocol/ids.ts';

/** Tells the session's readers what one of its tasks is doing: live only, nothing of it is kept. */
export function announceProgress(
  bus: Bus,
  work: ConversationId,
  progress: { phase: 'model' | 'tools'; step: number; tool: string | null },
): void {
  if (work.task === null) return;
  const { workspace, session, task } = work;
  const topic = toLiveTopic({ workspace, session, task: null });
  bus.publish(topic, { type: 'task.progress', task, ...progress, message: null, percent: null });
}
